import { View } from "@tarojs/components";

import type { Schemas } from "@/api";
import { Card, Tag, Time, yuan } from "@/parts";

/** How far the money has come: confirmed, approved, invoiced, paid, each with its day; what went wrong with its reason. */
export function Paid({ page: { statement, invoices, payments, tax } }: { page: Schemas["StatementPage"] }) {
  if (statement.status === "draft") return null;
  const looking = statement.status === "confirmed" || statement.status === "contested";
  return (
    <Card title="什么时候付">
      {looking && <View>品牌财务复核、批准之后，开票付款。{statement.status === "contested" ? "有异议的另行答复，不耽误其余的。" : ""}</View>}
      {statement.confirmed_at && <View><Time at={statement.confirmed_at} /> 网点确认</View>}
      {statement.approved_at && <View><Time at={statement.approved_at} /> 品牌批准</View>}
      {statement.status === "approved" && statement.payout_fen > 0 && <View className="tz-note">请开数电发票 {yuan(statement.payout_fen)}（税额 {yuan(tax.payout_tax_fen)}）交给品牌财务，登记后付款。</View>}
      {invoices.map((one) => (
        <View key={one.number}>
          发票 {one.number}，{yuan(one.amount_fen)} {one.refused_at && <Tag kind="bad">退回：{one.refused_reason}</Tag>}
        </View>
      ))}
      {payments.map((one) => (
        <View key={one.id}>
          {one.paid_on && `${one.paid_on} `}付款 {yuan(one.amount_fen - one.withheld_fen)}
          {one.withheld_fen > 0 && `（代扣税 ${yuan(one.withheld_fen)}）`} <Tag kind={one.state === "paid" ? "good" : one.state === "failed" ? "bad" : "wait"}>{one.state_name}</Tag>
          {one.reason && <View>{one.reason}</View>}
        </View>
      ))}
    </Card>
  );
}
