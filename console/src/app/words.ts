import type { Words } from "@/made/words";

export * from "@/made/words";

/** Colour by state, told apart also without colour: the word always stands with it. */
export const STATUS_COLOURS: Words = {
  new: "blue",
  offered: "blue",
  accepted: "cyan",
  booked: "geekblue",
  on_site: "purple",
  submitted: "gold",
  confirmed: "green",
  closed: "default",
  suspended: "orange",
  rework: "volcano",
  unserved: "red",
  cancelled: "default",
};

/** What people read for a code; a code without a word is shown as it is. */
export const word = (words: Words, code: string | null | undefined): string => (code ? (words[code] ?? code) : "—");

export const options = (words: Words) => Object.entries(words).map(([value, label]) => ({ value, label }));
