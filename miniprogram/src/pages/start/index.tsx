import { useEffect } from "react";

import { DEALER, Frame, go, HomeBar, OtherRoles, replace, type Me } from "@/shell";
import { CustomerHome } from "@/customer/Home";
import { InstallerHome } from "@/installer/Home";
import { Button, Empty, Loading } from "@/parts";

export default function Home() {
  return <Frame bar={<HomeBar />}>{(me) => <ByRole me={me} />}</Frame>;
}

function ByRole({ me }: { me: Me }) {
  if (me.role === "customer") return <CustomerHome me={me} />;
  if (me.role === "installer") return <InstallerHome me={me} />;
  if (DEALER.has(me.role)) return <ToDealer />;
  if (me.role === "guest") {
    return (
      <Empty>
        您好！想查安装到哪一步了，还是要加入网点？
        <Button kind="main" id="to-claim" onPress={() => go("claim")}>查询安装单，或凭邀请加入</Button>
      </Empty>
    );
  }
  return <Empty>这个身份请在电脑上使用控制台<OtherRoles /></Empty>;
}

function ToDealer() {
  useEffect(() => replace("dealer"), []);
  return <Loading />;
}
