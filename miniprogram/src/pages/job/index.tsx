import { useRouter } from "@tarojs/taro";

import { Frame, type Me } from "@/shell";
import { CustomerJob } from "@/customer/Job";
import { InstallerJob } from "@/installer/Job";
import { Empty } from "@/parts";

/** Where messages and links about a job lead: `?id=7`, in whatever role one has. */
export default function Job() {
  const id = Number(useRouter().params.id);
  return <Frame>{(me) => <ByRole me={me} id={id || (me.job_id ?? 0)} />}</Frame>;
}

function ByRole({ me, id }: { me: Me; id: number }) {
  if (!id) return <Empty>没有这个工单</Empty>;
  return me.role === "customer" ? <CustomerJob id={id} /> : <InstallerJob id={id} />;
}
