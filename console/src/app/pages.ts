import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import type { Operation } from "@/made/access";
import { may } from "./session";

/** One page of the console. `needs` are the reads it begins with: who may not make them doesn't see it. */
export interface Page {
  path: string;
  title: string;
  /** Where the menu has it; none: reached from another page. */
  group?: Group;
  needs: readonly Operation[];
  /** Those it was made for, when more could read it. */
  roles?: readonly string[];
  View: LazyExoticComponent<ComponentType>;
}

export const GROUPS = ["概览", "工单", "客服", "稽核", "财务", "网点", "管理"] as const;
export type Group = (typeof GROUPS)[number];

export const PAGES: readonly Page[] = [
  {
    path: "/jobs",
    title: "工单",
    group: "工单",
    needs: ["GET /api/v1/jobs"],
    View: lazy(() => import("@/pages/jobs/JobList")),
  },
  {
    path: "/jobs/:jobId",
    title: "工单详情",
    needs: ["GET /api/v1/jobs/{job_id}"],
    View: lazy(() => import("@/pages/jobs/JobPage")),
  },
  {
    path: "/access",
    title: "岗位与页面",
    group: "管理",
    needs: ["GET /api/v1/access-log"],
    View: lazy(() => import("@/pages/admin/Access")),
  },
];

export const open = (page: Page, role: string): boolean =>
  (page.roles?.includes(role) ?? true) && page.needs.every((operation) => may(role, operation));
