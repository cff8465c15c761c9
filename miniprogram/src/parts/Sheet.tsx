import { View } from "@tarojs/components";
import type { PropsWithChildren, ReactNode } from "react";

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  /** Buttons, the likeliest first. */
  ways?: ReactNode;
}

/** From below, over the page; a tap beside it closes it. */
export function Sheet({ title, open, onClose, ways, children }: PropsWithChildren<Props>) {
  if (!open) return null;
  return (
    <View className="tz-sheet" catchMove onClick={onClose}>
      <View className="tz-sheet__paper" onClick={(event) => event.stopPropagation()} {...{ role: "dialog", "aria-label": title }}>
        <View className="tz-sheet__title">{title}</View>
        {children}
        <View className="tz-sheet__ways">{ways}</View>
      </View>
    </View>
  );
}
