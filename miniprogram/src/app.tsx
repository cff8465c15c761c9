import { useEffect, type PropsWithChildren } from "react";

import { prepareConsents } from "@/shell/consent";
import { prepareMessages } from "@/shell/messages";
import { platform } from "@/platform";
import { open, wake } from "@/shell/who";
import { useDidShow } from "@tarojs/taro";
import "./app.css";

export default function App({ children }: PropsWithChildren) {
  useEffect(() => {
    if (process.env.TARO_ENV === "h5") void navigator.serviceWorker?.register("/app/sw.js");
    platform.network.watch((up) => up && wake());
    void open().then(() => Promise.all([prepareConsents(), prepareMessages()]));
  }, []);
  useDidShow(wake);
  return children;
}
