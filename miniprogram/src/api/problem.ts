import { Renewed, Told, Unheard, type Reply } from "@/platform/types";

export interface Fault {
  field: string;
  code: string;
  message: string;
}

/** What the server refused, in its own words (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly faults: readonly Fault[] = [],
    /** Whatever else the answer tells, such as `candidates`. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
  }
}

interface ProblemBody {
  title?: string;
  code?: string;
  detail?: string;
  errors?: Fault[];
}

export function problemOf({ status, body }: Reply): Problem {
  const said: ProblemBody = typeof body === "object" && body !== null ? body : {};
  const title = said.detail ? `${said.title}：${said.detail}` : (said.title ?? "服务器没有正常答复，请稍后再试");
  return new Problem(status, said.code ?? "", title, said.errors ?? [], { ...said });
}

/** For people: the title, and what is wrong with each thing. */
export function said(error: unknown): string {
  if (error instanceof Renewed) return "登录刚刚更新过，请再按一次";
  if (error instanceof Unheard) return "网络不通，请稍后再试";
  if (error instanceof Told) return error.message;
  if (!(error instanceof Problem)) return "手机没有存下，请再试一次；空间满了请先清理";
  const more = error.faults.map((fault) => fault.message).filter((message) => !error.message.includes(message));
  return [error.message, ...more].join("；");
}
