import type { Schemas } from "@/api";
import { local } from "@/parts/format";

type Agreement = Schemas["AgreementCard"];

/** What waits for a signature: the version in force; of members the one to come before it. Newest first, as the server lists them. */
export function toSign(agreements: readonly Agreement[], member: boolean, now: number): Agreement | undefined {
  const today = local(now).day;
  const current = agreements.find((one) => one.effective_from <= today);
  const coming = member ? agreements.filter((one) => one.effective_from > today) : [];
  return [...coming, ...(current ? [current] : [])].find((one) => !one.signed_at);
}
