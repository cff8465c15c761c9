import type { Reply } from "@/platform/types";

import { isKept, isUnread, type Deed, type Trouble } from "./deed";

/** What a reply, or silence, means for a deed. */
export type Verdict =
  | { kind: "done"; answer: unknown }
  | { kind: "later"; seconds?: number }
  | { kind: "signed_out" }
  | { kind: "refused"; trouble: Trouble };

const NOT_NOW = new Set([408, 425, 429]);

/** `reply` undefined: nothing was heard, so perhaps it was done; the same key makes asking again harmless. */
export function verdict(reply: Reply | undefined): Verdict {
  if (!reply || reply.status >= 500 || reply.status < 200 || NOT_NOW.has(reply.status)) {
    return reply?.retryAfter ? { kind: "later", seconds: reply.retryAfter } : { kind: "later" };
  }
  if (reply.status < 300) return { kind: "done", answer: reply.body };
  if (reply.status === 401) return { kind: "signed_out" };
  return { kind: "refused", trouble: trouble(reply) };
}

function trouble({ status, body }: Reply): Trouble {
  const said = (typeof body === "object" && body !== null ? body : {}) as Partial<Trouble> & {
    detail?: string;
    errors?: Trouble["faults"];
  };
  const title = said.detail ? `${said.title ?? ""}：${said.detail}` : (said.title ?? "服务器没有说明原因");
  return { status, code: said.code ?? "", title, faults: said.errors ?? [] };
}

const SURE_MS = 2 * 24 * 3600 * 1000; // the server keeps its answers for three days

/** A call sent so long ago that its key no longer bars doing it twice: whether it was done a person must look up. */
export function unsure({ sent }: Deed, now: number): Verdict | undefined {
  if (sent === undefined || now - sent < SURE_MS) return undefined;
  const title = "两天前已发送过，没有收到答复，可能已经记上";
  return { kind: "refused", trouble: { status: 0, code: "long_unanswered", title, faults: [] } };
}

const FIRST_S = 2;
const LONGEST_S = 300;

/** Seconds to rest after the n-th try in vain: 2, 4, 8 … 300, each shortened by up to half so that phones spread out. */
export function rest(tries: number, chance: number): number {
  return Math.min(LONGEST_S, FIRST_S * 2 ** (tries - 1)) * (1 - chance / 2);
}

/** What a person can do about a refused deed. */
export interface Remedy {
  /** One sentence on what to do. */
  advice: string;
  /** Trying the same again may help. */
  again: boolean;
  /** The server has the picture though it does not count: nothing is lost by putting it away. */
  safe: boolean;
}

const COMPLAINT = "complaint_opened";
/** Why a complaint takes no more pictures: it is over, or has all it may have. */
const FULL = new Set(["complaint_over", "too_many_pictures"]);
const MOVED_ON = new Set(["job_changed", "illegal_transition"]);

export function remedy(deed: Deed): Remedy {
  const { photo, trouble: why } = deed;
  if (!why) return { advice: "", again: false, safe: false };
  if (isKept(deed)) {
    return { advice: "工单已改派或取消。照片已存为证据，可以收起；若已上门，请告诉网点，可以算空跑费。", again: false, safe: true };
  }
  if (isUnread(deed)) {
    return { advice: "这一单后面的内容先等着，不会丢。一直读不出时，请联系网点后再收起。", again: true, safe: false };
  }
  if (why.code === "long_unanswered") {
    return { advice: "请先看工单里有没有这一条：没有就重试，已有就收起。", again: true, safe: false };
  }
  if (deed.action === COMPLAINT) return { advice: FULL.has(why.code) ? "这张照片加不上了，可以收起。" : "这张照片没有被接受，请在那件投诉下面另加一张，再收起这一张。", again: false, safe: false };
  if (why.code === "not_found") {
    return { advice: "找不到它了：这一单多半已改派给别人，或者这一项已经撤回，不会再记上。到过门口的请先告诉网点，可以算空跑费；说过了就收起。", again: false, safe: false };
  }
  if (MOVED_ON.has(why.code)) {
    return { advice: "工单在您离线时有了变化。请打开工单看现在的状态，再决定收起还是联系网点。", again: true, safe: false };
  }
  if (why.code === "too_many_photos") {
    return { advice: "先删掉一张已上传的照片，再重试；或者收起这一张。", again: true, safe: false };
  }
  if (photo) return { advice: "这张照片没有被接受，请在原来的位置重拍，新的会代替这一张。", again: false, safe: false };
  if (why.code === "barred" && deed.action === "submit") {
    return { advice: "还差下面这些。补齐后重试。", again: true, safe: false };
  }
  return { advice: "请回到工单，把这一步重新做一遍，新的会代替这一条。", again: false, safe: false };
}
