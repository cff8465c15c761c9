import { Button as Native } from "@tarojs/components";
import { useRef, useState, type PropsWithChildren } from "react";

import { tell } from "./telling";

interface Props {
  /** A promise keeps the button from being pressed again; what it fails with is told in words. */
  onPress?: () => void | Promise<unknown>;
  kind?: "main" | "bad" | "plain" | undefined;
  small?: boolean;
  off?: boolean;
  /** WeChat's own deeds, such as getPhoneNumber. */
  openType?: "getPhoneNumber" | "openSetting" | "contact" | "share";
  onPhone?: (code: string | undefined) => void;
  id?: string;
  label?: string;
}

export function Button({ onPress, kind, small, off, openType, onPhone, id, label, children }: PropsWithChildren<Props>) {
  const [busy, setBusy] = useState(false);
  const pressed = useRef(false);
  const press = async () => {
    if (pressed.current || off) return;
    pressed.current = true;
    setBusy(true);
    try {
      await onPress?.();
    } catch (error) {
      tell.failed(error);
    } finally {
      pressed.current = false;
      setBusy(false);
    }
  };
  const style = ["tz-button", kind && `tz-button--${kind}`, small && "tz-button--small", (off || busy) && "tz-button--off"];
  return (
    <Native
      className={style.filter(Boolean).join(" ")}
      disabled={off || busy}
      onClick={press}
      {...{ role: "button", tabIndex: 0 }}
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      {...(openType ? { openType } : {})}
      {...(onPhone ? { onGetPhoneNumber: (event: { detail: { code?: string } }) => onPhone(event.detail.code) } : {})}
    >
      {children}
    </Native>
  );
}
