import { useEffect, type PropsWithChildren } from "react";

import { queue } from "@/shell/phone";
import { prepareConsents } from "@/shell/consent";
import { prepareMessages } from "@/shell/messages";
import { open } from "@/shell/who";
import { useDidShow } from "@tarojs/taro";
import "./app.css";

export default function App({ children }: PropsWithChildren) {
  useEffect(() => {
    if (process.env.TARO_ENV === "h5") void navigator.serviceWorker?.register("/app/sw.js");
    void open().then(() => Promise.all([prepareConsents(), prepareMessages()]));
  }, []);
  useDidShow(() => void queue.wake());
  return children;
}
