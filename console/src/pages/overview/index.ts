import type { Page } from "@/app/page";

export const overview: readonly Page[] = [];
