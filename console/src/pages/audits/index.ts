import type { Page } from "@/app/page";

export const audits: readonly Page[] = [];
