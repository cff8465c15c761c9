import type { Words } from "@/app/words";

/** What a person may do to a statement, as the buttons say it. */
export const DEEDS: Words = {
  confirm: "确认无误",
  contest: "对明细提出异议",
  withdraw_contest: "撤回全部异议",
  review: "复核",
  approve: "批准",
  record_invoice: "登记发票",
  refuse_invoice: "退回发票",
  record_payment: "登记付款",
  close: "关闭",
  close_unpaid: "关闭（无须付款）",
};

/** Colour beside the word, never alone. */
export const STATEMENT_COLOURS: Words = {
  draft: "gold",
  confirmed: "cyan",
  contested: "red",
  approved: "blue",
  invoiced: "geekblue",
  paid: "green",
  closed: "default",
};
