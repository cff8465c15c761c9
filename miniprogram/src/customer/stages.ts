/** Where a job stands, in a customer's words. */

import type { JobPage } from "@/api";

const STAGES = ["安排", "预约", "上门", "验收"] as const;
const AT: Readonly<Record<string, number>> = { new: 0, offered: 0, accepted: 1, suspended: 1, booked: 2, on_site: 2, rework: 2, submitted: 3, confirmed: 4, closed: 4 };

/** Each stage past, now or to come; none of a job that leads nowhere. */
export function stagesOf(status: string): { name: string; when: "past" | "now" | "later" }[] {
  const now = AT[status];
  if (now === undefined) return [];
  return STAGES.map((name, at) => ({ name, when: at < now ? "past" : at === now ? "now" : "later" }));
}

const DOES: Readonly<Record<string, string>> = { repair: "维修", second_visit: "返工" };

/** One sentence: what is, and what comes next. */
export function standing({ status, kind, dealer_name }: Pick<JobPage, "status" | "kind" | "dealer_name">): string {
  if (kind === "return_visit") return status === "closed" ? "谢谢您的意见" : "想听听您的意见，答几个问题就好";
  const deed = DOES[kind] ?? "安装";
  const who = dealer_name ?? "服务网点";
  switch (status) {
    case "new":
    case "offered": return "正在为您安排附近的服务网点，安排好会告诉您";
    case "accepted": return `${who}已接单，请选一个方便的时间`;
    case "booked": return "师傅会按约定的时间上门，请保持电话畅通";
    case "on_site": return `师傅正在${deed}`;
    case "submitted": return "师傅说做好了，请您看一看再验收";
    case "confirmed": return "已经验收，谢谢您";
    case "closed": return `这次${deed}已经完结`;
    case "suspended": return "暂时停下了，网点会再和您约时间";
    case "rework": return "会再上门处理；万一要收费，会先问您";
    case "unserved": return "您的地址附近暂时没有服务网点";
    default: return "已经取消，不会有人上门";
  }
}
