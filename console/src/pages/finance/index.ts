import type { Page } from "@/app/page";

export const finance: readonly Page[] = [];
