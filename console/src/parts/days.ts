const DAY_MS = 86_400_000;
const shanghai = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** How far the server's time is ahead of this computer's, which may be wrong. */
let ahead = 0;

export function heed(serverNow: string): void {
  ahead = Date.parse(serverNow) - Date.now();
}

/** The server's time. */
export const now = (): Date => new Date(Date.now() + ahead);

/** YYYY-MM-DD in Shanghai. */
export const today = (): string => shanghai.format(now());

export const daysAgo = (days: number): string => shanghai.format(now().getTime() - days * DAY_MS);

/** A moment of the server's on this computer's clock, for what counts down to it. */
export const here = (at: string): number => Date.parse(at) - ahead;
