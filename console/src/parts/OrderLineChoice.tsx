import { Alert, Input, Radio, Space } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { http, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { ORDER_LINES, word } from "@/app/words";
import { time } from "./format";

interface Props {
  id?: string;
  /** Where the search begins, when something speaks for an order. */
  order?: string | null;
  channel?: number | null;
  value?: number;
  onChange?: (line: number) => void;
}

type Order = Schemas["OrderPage"];

/** A line of an order, chosen among those of the number that somebody gave. */
export function OrderLineChoice({ id, order, channel, value, onChange }: Props) {
  const [number, look] = useState(order ?? "");
  const found = useQuery({ queryKey: ["orders", "of number", number, channel], queryFn: () => ordersOf(number, channel), enabled: number !== "" });
  const lines = (found.data ?? []).flatMap((one) => one.lines.map((line) => ({ one, line })));
  return (
    <Space orientation="vertical" style={{ width: "100%" }}>
      <Input.Search id={id} placeholder="订单号" maxLength={64} defaultValue={number} loading={found.isFetching} onSearch={(text) => look(text.trim())} />
      {found.error && <Alert type="error" title={said(found.error)} />}
      {found.data && lines.length === 0 && <Alert type="info" title="没有这个订单号的订单" />}
      <Radio.Group aria-label="订单行" value={value} onChange={(event) => onChange?.(event.target.value)}>
        <Space orientation="vertical">
          {lines.map(({ one, line }) => (
            <Radio key={line.id} value={line.id}>
              {line.title} × {line.quantity}（{word(ORDER_LINES, line.state)}）
              <span className="quiet">
                {" "}
                第 {line.line_number} 行，{time(one.ordered_at ?? one.created_at)} 下单
              </span>
            </Radio>
          ))}
        </Space>
      </Radio.Group>
    </Space>
  );
}

/** The same number may be an order of several shops. */
async function ordersOf(number: string, channel: number | null | undefined): Promise<Order[]> {
  const { data } = await http.GET("/api/v1/orders", { params: { query: { number, channel_id: channel, limit: 5 } } });
  const whole = (data?.items ?? []).map((card) => http.GET("/api/v1/orders/{order_id}", { params: { path: { order_id: card.id } } }));
  return (await Promise.all(whole)).flatMap((answer) => answer.data ?? []);
}
