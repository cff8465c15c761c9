import { Space } from "antd";
import type { Dayjs } from "dayjs";

import { http, type Schemas } from "@/api/client";
import { useDealerLines } from "@/parts/dealers";
import { money } from "@/parts/format";
import { Deed, type Once } from "@/parts/Deed";
import { dayOf, DayField, MoneyField, TextField } from "@/parts/fields";
import { DEEDS } from "./words";

type Whole = Schemas["StatementPage"];

interface Invoice {
  number: string;
  issued_on: Dayjs;
  amount_fen: number;
  tax_fen: number;
}

interface Payment {
  paid_on: Dayjs;
  reference: string;
}

/** A button for each thing that this person may do to the statement as it stands; a doubt begins at the lines. */
export function StatementDeeds({ whole }: { whole: Whole }) {
  const { statement, tax, approval_bar } = whole;
  const may = new Set(statement.available_actions);
  const party = useDealerLines().get(statement.dealer_id)?.party;
  const params = (once: Once) => ({ path: { statement_id: statement.id }, header: { ...once, "If-Match": `"${statement.version}"` } });
  return (
    <Space wrap>
      {may.has("confirm") && (
        <Deed type="primary" label={DEEDS.confirm!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/confirm", { params: params(once) })}>
          确认后由品牌财务批准，应付 {money(statement.payout_fen)}。对明细有疑问的，请先在下面选中明细提出异议。
        </Deed>
      )}
      {may.has("withdraw_contest") && (
        <Deed label={DEEDS.withdraw_contest!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/withdraw-contest", { params: params(once) })}>
          全部异议撤回，结算单回到待确认。
        </Deed>
      )}
      {may.has("review") && (
        <Deed label={DEEDS.review!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/review", { params: params(once) })}>
          {may.has("approve") ? "您现在就可以批准；您若再复核一遍，就须由另一人批准。" : "您已看过这张结算单。复核之后，须由另一人批准。"}
        </Deed>
      )}
      {may.has("approve") && (
        <Deed type="primary" label={DEEDS.approve!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/approve", { params: params(once) })}>
          批准后应付 {money(statement.payout_fen)}。
        </Deed>
      )}
      {approval_bar && <span className="quiet">{approval_bar}</span>}
      {may.has("record_invoice") && (
        <Deed<Invoice>
          type="primary"
          label={DEEDS.record_invoice!}
          initial={{ amount_fen: statement.payout_fen, tax_fen: tax.payout_tax_fen }}
          send={({ issued_on, ...told }, once) =>
            http.POST("/api/v1/statements/{statement_id}/invoice", { params: params(once), body: { ...told, issued_on: dayOf(issued_on) } })
          }
        >
          <TextField name="number" label="发票号码" />
          <DayField name="issued_on" label="开票日期" />
          <MoneyField name="amount_fen" label="价税合计" />
          <MoneyField name="tax_fen" label="税额" />
        </Deed>
      )}
      {may.has("record_payment") && (
        <Deed<Payment>
          type="primary"
          label={DEEDS.record_payment!}
          send={({ paid_on, reference }, once) =>
            http.POST("/api/v1/statements/{statement_id}/payment", { params: params(once), body: { reference, paid_on: dayOf(paid_on) } })
          }
        >
          <p>在银行手工付出的 {money(statement.payout_fen)}；批量付款请用「付款批次」。</p>
          <DayField name="paid_on" label="付款日期" />
          <TextField name="reference" label="银行凭证号" />
        </Deed>
      )}
      {may.has("record_payment") && party === "natural_person" && (
        <Deed label="微信转账" send={(_, once) => http.POST("/api/v1/statements/{statement_id}/transfer", { params: { path: { statement_id: statement.id }, header: { ...once } } })}>
          把 {money(statement.payout_fen)}（代扣另计）转给网点负责人；须由本人在小程序里一天之内确认收款。
        </Deed>
      )}
      {may.has("refuse_invoice") && (
        <Deed<{ reason: string }>
          label={DEEDS.refuse_invoice!}
          send={(body, once) => http.POST("/api/v1/statements/{statement_id}/refuse-invoice", { params: params(once), body })}
        >
          <TextField name="reason" label="退回原因" long most={200} />
        </Deed>
      )}
      {may.has("close") && (
        <Deed label={DEEDS.close!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/close", { params: params(once) })}>
          已付款，关闭后不再变动。
        </Deed>
      )}
      {may.has("close_unpaid") && (
        <Deed label={DEEDS.close_unpaid!} send={(_, once) => http.POST("/api/v1/statements/{statement_id}/close-unpaid", { params: params(once) })}>
          本期没有应付，结转下期 {money(statement.carried_out_fen)}。
        </Deed>
      )}
    </Space>
  );
}
