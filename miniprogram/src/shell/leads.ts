/** Where a notice leads its reader: what it is about a job leads to the job, the rest stands here. */

import type { Schemas } from "@/api";
import { NOTICES } from "@/made/words";

import type { WAYS } from "./ways";

type Way = keyof typeof WAYS;
type Line = Pick<Schemas["InboxLine"], "template" | "job_id">;

const INSTALLERS: Leads = { earnings_paid: "earnings", windows_unkept: "home" };
const DEALERS: Leads = {
  job_offered: "dealerOffers", jobs_offered: "dealerOffers", windows_unkept: "dealerJobs", penalty_imposed: "dealerPenalties",
  penalty_answered: "dealerPenalties", transfer_waiting: "dealerStatements", contest_answered: "dealerStatements",
  contests_answered: "dealerStatements", invoice_refused: "dealerStatements", statement_paid: "dealerStatements",
  complaint_opened: "dealerComplaints", safety_desk: "dealerComplaints", agreement_published: "dealerAlliance", breach_explained: "dealerLate", appeal_declined: "dealerLate",
};
const ALL: Leads = { rebind_requested: "devices", rebound: "devices" };

type Leads = Readonly<Partial<Record<keyof typeof NOTICES, Way>>>;

/** undefined: it says all there is. */
export function lead({ template, job_id }: Line, role: string): { to: Way; id?: number } | undefined {
  const to = (role === "installer" ? INSTALLERS : DEALERS)[template] ?? ALL[template];
  if (to) return { to };
  return job_id ? { to: "job", id: job_id } : undefined;
}

export const LEADS = { ...INSTALLERS, ...DEALERS, ...ALL };
