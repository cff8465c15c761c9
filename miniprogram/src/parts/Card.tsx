import { Text, View } from "@tarojs/components";
import type { PropsWithChildren, ReactNode } from "react";

interface Props {
  title?: string;
  /** At the right of the title: a Tag, an amount. */
  aside?: ReactNode;
  /** `next`: what is to be done now; `past`: what is over. */
  kind?: "next" | "past" | undefined;
  onPress?: () => void;
  id?: string;
}

export function Card({ title, aside, kind, onPress, id, children }: PropsWithChildren<Props>) {
  const tap = onPress ? { onClick: onPress, ...{ role: "button", tabIndex: 0 } } : {};
  return (
    <View className={`tz-card ${kind ? `tz-card--${kind}` : ""}`} {...tap} {...(id ? { id } : {})}>
      {(title || aside) && (
        <View className="tz-card__head">
          <Text className="tz-card__title">{title}</Text>
          {aside}
        </View>
      )}
      {children}
    </View>
  );
}
