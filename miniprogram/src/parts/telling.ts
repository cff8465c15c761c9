/** A sentence that appears and goes: one at a time, the newest. */

import { said } from "@/api/problem";

export interface Said {
  text: string;
  bad: boolean;
  id: number;
}

const SHOWN_MS = 4000;
let shown: Said | undefined;
let count = 0;
const listeners = new Set<() => void>();

function say(text: string, bad: boolean): void {
  const id = ++count;
  shown = { text, bad, id };
  listeners.forEach((told) => told());
  setTimeout(() => {
    if (shown?.id !== id) return;
    shown = undefined;
    listeners.forEach((told) => told());
  }, SHOWN_MS);
}

export const tell = {
  done: (text: string) => say(text, false),
  failed: (error: unknown) => say(typeof error === "string" ? error : said(error), true),
  now: () => shown,
  watch: (told: () => void) => (listeners.add(told), () => void listeners.delete(told)),
};
