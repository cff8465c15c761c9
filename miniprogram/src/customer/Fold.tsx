import { Text, View } from "@tarojs/components";
import { useState, type PropsWithChildren, type ReactNode } from "react";

import "./customer.css";

/** What need not be seen at once: a line that unfolds below itself. */
export function Fold({ id, title, aside, children }: PropsWithChildren<{ id: string; title: string; aside?: ReactNode }>) {
  const [open, setOpen] = useState(false);
  return (
    <View className={`tz-fold ${open ? "tz-fold--open" : ""}`}>
      <View id={id} className="tz-fold__head" onClick={() => setOpen(!open)} {...{ role: "button", tabIndex: 0, "aria-expanded": open }}>
        <Text className="tz-fold__title">{title}</Text>
        {aside}
      </View>
      {open && <View className="tz-fold__body">{children}</View>}
    </View>
  );
}
