import { useDidShow } from "@tarojs/taro";
import { useEffect, type PropsWithChildren } from "react";

import { platform } from "@/platform";
import { prepareConsents } from "@/shell/consent";
import { prepareMessages } from "@/shell/messages";
import { open, ownerOf, useWho, wake } from "@/shell/who";
import "./app.css";

export default function App({ children }: PropsWithChildren) {
  const who = useWho();
  const owner = who.state === "in" ? ownerOf(who.me) : "";
  useEffect(() => {
    if (process.env.TARO_ENV === "h5") void navigator.serviceWorker?.register("/app/sw.js");
    void open();
    return platform.network.watch((up) => up && wake());
  }, []);
  useEffect(() => {
    if (owner) void Promise.all([prepareConsents(), prepareMessages()]);
  }, [owner]);
  useDidShow(wake);
  return children;
}
