/** What the server refused, in its own words (RFC 9457), or that it could not be reached. */
export interface Fault {
  field: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly faults: readonly Fault[] = [],
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

export async function problemOf(response: Response): Promise<Problem> {
  const body: ProblemBody = await response.json().catch(() => ({}));
  const title = body.detail ? `${body.title}：${body.detail}` : (body.title ?? "服务器没有正常答复，请稍后再试");
  return new Problem(response.status, body.code ?? "", title, body.errors ?? []);
}

/** For people: the title, and what is wrong with each field. */
export function said(error: unknown): string {
  if (!(error instanceof Problem)) return "网络不通，请检查后再试";
  const faults = error.faults.map((fault) => (fault.field ? `${fault.field}：${fault.message}` : fault.message));
  return [error.message, ...faults].join("；");
}
