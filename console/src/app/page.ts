import type { ComponentType, LazyExoticComponent } from "react";

import type { Operation } from "@/made/access";

export const GROUPS = ["网点", "概览", "工单", "客服", "稽核", "财务", "管理"] as const;
export type Group = (typeof GROUPS)[number];

/** One page of the console. `needs` are the reads it begins with: who may not make them doesn't see it. */
export interface Page {
  path: string;
  title: string;
  /** Where the menu has it; none: reached from another page. */
  group?: Group;
  /** Those whose day begins here. */
  home?: readonly string[];
  needs: readonly Operation[];
  /** Those it was made for, when more could read it. */
  roles?: readonly string[];
  View: LazyExoticComponent<ComponentType>;
}
