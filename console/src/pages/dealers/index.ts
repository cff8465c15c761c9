import type { Page } from "@/app/page";

export const dealers: readonly Page[] = [];
