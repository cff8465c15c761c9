import { useEffect } from "react";

import { DEALER, Frame, HomeBar, OtherRoles, replace, useWho, type Me } from "@/shell";
import { CustomerHome, Guest } from "@/customer/Home";
import { InstallerHome } from "@/installer/Home";
import { Empty, Loading } from "@/parts";

export default function Home() {
  return <Frame bar={<HomeBar />} open><Whose /></Frame>;
}

function Whose() {
  const who = useWho();
  return who.state === "in" ? <ByRole me={who.me} /> : <Guest />;
}

function ByRole({ me }: { me: Me }) {
  if (me.role === "customer") return <CustomerHome me={me} />;
  if (me.role === "installer") return <InstallerHome me={me} />;
  if (DEALER.has(me.role)) return <ToDealer />;
  if (me.role === "guest") return <Guest />;
  return <Empty>这个身份请在电脑上使用控制台<OtherRoles /></Empty>;
}

function ToDealer() {
  useEffect(() => replace("dealer"), []);
  return <Loading />;
}
