/** What is to be looked at first. */

import type { Schemas } from "@/api";
import { local } from "@/parts/format";

const SOON_MS = 30 * 86_400_000; // as long before its end a certificate is to be renewed

type Complaint = Schemas["ComplaintLine"];

/** Danger, then what nobody has answered, then the rest; the oldest of each on top. */
export function byNeed(lines: readonly Complaint[]): Complaint[] {
  const need = (one: Complaint) => (one.category === "safety" ? 0 : one.first_reply_at ? 2 : 1);
  return [...lines].sort((a, b) => need(a) - need(b) || a.id - b.id);
}

/** A certificate, by its last day. */
export function standing(until: string, now: number): "over" | "soon" | "good" {
  if (until < local(now).day) return "over";
  return until <= local(now + SOON_MS).day ? "soon" : "good";
}
