/** The one seam between WeChat and a browser. Above it everything is plain TypeScript that knows neither. */

import type { components } from "@/made/schema";

export type Place = components["schemas"]["Point"];

/** What proves who somebody is: fresh each time in WeChat, once from the address in a browser. */
export type Proof = ({ kind: "wechat"; code: string } | { kind: "link"; token: string }) & {
  /** To be called when the server has answered: it is of no use any more. Until then it can be shown again. */
  spent?(): void;
};

/** Text by key, durable once a promise resolves; one write is done whole or not at all. */
export interface Records {
  /** undefined: there is no such record. One that is there and cannot be read now is an error. */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  keys(prefix: string): Promise<string[]>;
}

/** A picture as the camera gave it: it may be gone when the application is closed. */
export interface Shot {
  /** A path in WeChat, a Blob in a browser. */
  readonly source: string | Blob;
  readonly bytes: number;
  /** When the camera handed it over, milliseconds since 1970. */
  readonly at: number;
  readonly capture: "camera" | "gallery";
}

/** Pictures by key, kept until they are removed. */
export interface Files {
  keep(key: string, shot: Shot): Promise<void>;
  has(key: string): Promise<boolean>;
  /** For an <Image>; undefined when the picture is not here. */
  address(key: string): Promise<string | undefined>;
  remove(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

export interface Reply {
  status: number;
  body: unknown;
  /** Seconds, of a Retry-After. */
  retryAfter?: number;
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  timeoutMs: number;
}

export interface Upload {
  url: string;
  headers: Record<string, string>;
  form: Record<string, string>;
  /** The key of a kept picture, sent as `file`. */
  file: string;
  timeoutMs: number;
  onProgress?: (percent: number) => void;
}

/** The network: whatever the status, a reply; `Unheard` when nothing was heard, done or not. */
export interface Wire {
  call(call: Call): Promise<Reply>;
  upload(upload: Upload): Promise<Reply>;
}

export class Unheard extends Error {}
/** Nothing was done: the session was over, there is a new one now, and whose it is must be looked at first. */
export class Renewed extends Unheard {}
/** A kept picture is not here any more. */
export class Gone extends Error {}
/** Its message is written for people. */
export class Told extends Error {}

export interface Network {
  up(): boolean;
  watch(told: (up: boolean) => void): () => void;
}

export interface Platform {
  readonly kind: "weapp" | "h5";
  readonly records: Records;
  readonly files: Files;
  readonly wire: Wire;
  readonly network: Network;
  /** How large people want their text: 1 is as drawn, 2 is twice that. */
  textScale(): number;
  /** undefined: there is nothing to sign in with; ask the person. */
  proof(): Promise<Proof | undefined>;
  /** undefined: refused, switched off or no fix in ten seconds. Never a guess. */
  place(): Promise<Place | undefined>;
  /** At most `most` pictures, each under two megabytes; none when the person turned back. `Told` where it cannot be. */
  photograph(how: { gallery: boolean; most: number }): Promise<Shot[]>;
  /** The text of a bar or QR code; of a mini-program's code the page and its scene. undefined: no camera, or the person turned back. */
  scan(): Promise<string | undefined>;
  /** WeChat's question about messages, at a tap only: answers by template id; nothing in a browser. */
  askToTell(templates: readonly string[]): Promise<Record<string, string>>;
  /** WeChat's own payment; true once the person has paid. Not in a browser. */
  pay?(order: components["schemas"]["PhonePay"]): Promise<boolean>;
  /** Takes money that WeChat holds for this person; true once taken. Not in a browser. */
  take?(waiting: components["schemas"]["TransferWaiting"]): Promise<boolean>;
  ring(phone: string): Promise<void>;
  /** For an <Image>, while the application runs. */
  preview(shot: Shot): string;
  /** Another's page, because a person asked for it: WeChat opens none, there its address is copied. */
  visit(url: string): Promise<"opened" | "copied">;
  /** A file for the person to keep or to send. */
  give(name: string, text: string): Promise<void>;
  /** One of the addresses that WeChat keeps for the person, whole; undefined: turned back. Not in a browser. */
  address?(): Promise<string | undefined>;
  /** Opens the way in a map application. */
  navigate(to: { place?: Place; address: string }): Promise<void>;
  /** `work` alone, also among other windows of this application; false: another one is at it. */
  alone(name: string, work: () => Promise<void>): Promise<boolean>;
}

export const MOST_BYTES = 2_000_000;
/** How a picture is made smaller, gentlest first: quality and the longest side. */
export const PRESSED = [[0.85, 2400], [0.7, 2400], [0.5, 2000], [0.5, 1400]] as const;
export const TOO_LARGE = "照片太大，没能压小，请用相机重拍";
