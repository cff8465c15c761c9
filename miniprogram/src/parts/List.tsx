import { ScrollView, View } from "@tarojs/components";
import { useState, type ReactNode } from "react";

import { seenRows } from "./rows";

interface Props<T> {
  rows: readonly T[];
  name: (row: T) => string | number;
  draw: (row: T, at: number) => ReactNode;
  /** Pixels of every row, gap included, at the text size that people chose. */
  height: number;
  /** Pixels of the list on the page. */
  room: number;
  /** The end is near: fetch more. */
  onEnd?: () => void;
}

/** Long lists: of 500 rows those in sight exist, and a few beside them. */
export function List<T>({ rows, name, draw, height, room, onEnd }: Props<T>) {
  const [top, setTop] = useState(0);
  const { from, to } = seenRows(top, room, height, rows.length);
  return (
    <ScrollView
      scrollY
      className="tz-list"
      style={{ height: `${room}px` }}
      onScroll={(event) => setTop(Math.floor(event.detail.scrollTop / height) * height)}
      lowerThreshold={height * 5}
      {...(onEnd ? { onScrollToLower: onEnd } : {})}
    >
      <View style={{ height: `${from * height}px` }} />
      {rows.slice(from, to).map((row, at) => (
        <View key={name(row)} className="tz-list__row" style={{ height: `${height}px` }}>
          {draw(row, from + at)}
        </View>
      ))}
      <View style={{ height: `${(rows.length - to) * height}px` }} />
    </ScrollView>
  );
}
