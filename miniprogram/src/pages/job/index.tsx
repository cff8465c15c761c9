import { useRouter } from "@tarojs/taro";
import { useEffect } from "react";

import { DEALER, Frame, onward, type Me } from "@/shell";
import { CustomerJob } from "@/customer/Job";
import { InstallerJob } from "@/installer/Job";
import { Empty, Loading } from "@/parts";

/** Where messages and links about a job lead: `?id=7`, in whatever role one has. */
export default function Job() {
  const id = Number(useRouter().params.id);
  return <Frame>{(me) => <ByRole me={me} id={id || (me.job_id ?? 0)} />}</Frame>;
}

function ByRole({ me, id }: { me: Me; id: number }) {
  if (!id) return <Empty>没有这个工单</Empty>;
  if (DEALER.has(me.role)) return <ToDealer id={id} />;
  return me.role === "customer" ? <CustomerJob id={id} /> : <InstallerJob id={id} />;
}

/** The desk's own page lies in its sub-package. */
function ToDealer({ id }: { id: number }) {
  useEffect(() => onward("dealerJob", { id }), [id]);
  return <Loading />;
}
