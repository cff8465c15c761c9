const DAY_MS = 86_400_000;
const shanghai = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** YYYY-MM-DD in Shanghai. */
export const today = (): string => shanghai.format(new Date());

export const daysAgo = (days: number): string => shanghai.format(new Date(Date.now() - days * DAY_MS));
