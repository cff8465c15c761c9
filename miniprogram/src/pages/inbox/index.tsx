import { View } from "@tarojs/components";
import { useState } from "react";

import { api, Frame, go, lead, useRead, type Me } from "@/shell";
import type { Schemas } from "@/api";
import { Button, Card, Empty, Failed, Loading, Tag, Time } from "@/parts";

/** Everything one was told, whether or not a message also came. */
export default function Inbox() {
  return <Frame>{(me) => <Lines me={me} />}</Frame>;
}

type Line = Schemas["InboxLine"];

function Lines({ me }: { me: Me }) {
  const { data, failed, again } = useRead("/api/v1/inbox", { query: { limit: 20 } });
  const [older, setOlder] = useState<{ items: Line[]; next: string | null }>();
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  const next = older ? older.next : data.next_cursor;
  const fetchOlder = async () => {
    const found = await api.get("/api/v1/inbox", { query: { limit: 50, cursor: next } });
    setOlder({ items: [...(older?.items ?? []), ...found.items], next: found.next_cursor });
  };
  const lines = [...data.items, ...(older?.items.filter((one) => !data.items.some(({ id }) => id === one.id)) ?? [])];
  if (lines.length === 0) return <Empty>还没有通知。有事时会发消息，也都记在这里</Empty>;
  return (
    <View>
      {lines.map((line) => <LineCard key={line.id} line={line} role={me.role} />)}
      {next && <Button id="older" onPress={fetchOlder}>看更早的</Button>}
    </View>
  );
}

function LineCard({ line, role }: { line: Line; role: string }) {
  const [read, setRead] = useState(line.read_at !== null);
  const way = lead(line, role);
  const open = () => {
    setRead(true);
    if (!read) void api.post("/api/v1/inbox/{item_id}/read", { path: { item_id: line.id } }).catch(() => setRead(false));
    if (way) go(way.to, way.id ? { id: way.id } : {});
  };
  return (
    <Card title={line.title} aside={read ? null : <Tag kind="wait">新</Tag>} id={`notice-${line.id}`} onPress={open}>
      <View>{line.body}</View>
      <View className="tz-quiet"><Time at={line.created_at} />{way && " · 点开处理"}</View>
    </Card>
  );
}
