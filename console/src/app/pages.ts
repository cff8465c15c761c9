import { admin } from "@/pages/admin";
import { agents } from "@/pages/agents";
import { audits } from "@/pages/audits";
import { dealers } from "@/pages/dealers";
import { finance } from "@/pages/finance";
import { jobs } from "@/pages/jobs";
import { overview } from "@/pages/overview";
import { own } from "@/pages/own";
import type { Page } from "./page";
import { may } from "./session";

/** Every page there is, in the order of the menu. */
export const PAGES: readonly Page[] = [...dealers, ...overview, ...jobs, ...agents, ...audits, ...finance, ...admin, ...own];

export const open = (page: Page, role: string): boolean =>
  (page.roles?.includes(role) ?? true) && page.needs.every((operation) => may(role, operation));
