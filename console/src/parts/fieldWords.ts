import type { Words } from "@/app/words";

/** What the contract's particulars are called by people. */
export const NAMES: Words = {
  reason: "原因",
  outcome: "结果",
  fault: "责任方",
  category: "类别",
  note: "说明",
  window: "上门时段",
  moment: "时间",
  next_contact_at: "下次联系时间",
  dealer_ids: "网点编号",
  installer_id: "师傅编号",
  agreed_fen: "金额",
  beyond_capacity: "超出产能仍接单",
  address: "地址",
  fix: "定位",
  photo_id: "照片编号",
  slot: "拍照项",
  item: "收费项",
  quantity: "数量",
  collected_by: "由谁收款",
  code: "确认码",
  serial_numbers: "序列号",
};

/** Choices that the contract leaves without words. */
export const CODES: Words = {
  dealer: "网点",
  goods: "商品",
  logistics: "物流",
  brand: "品牌",
  customer: "客户",
  installer: "师傅",
  confirmed: "视为验收",
  rework: "返工",
  done: "已装好",
  failed: "没装成",
  stands: "收费成立",
  refunded: "退还",
  overcharged: "多收，双倍退还",
  upheld: "投诉成立",
  not_upheld: "投诉不成立",
  suspended: "挂起",
  cancelled: "取消",
  evidence: "照片不合格",
  work: "工程不合格",
};
