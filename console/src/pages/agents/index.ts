import type { Page } from "@/app/page";

export const agents: readonly Page[] = [];
