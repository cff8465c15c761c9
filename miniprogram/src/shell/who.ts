/** Who is using this phone, in which role. */

import { useSyncExternalStore } from "react";

import { Problem, type Schemas, type Signed } from "@/api";
import { platform } from "@/platform";

import { api, kept, queue, session } from "./phone";

export type Me = Schemas["Me"];
/** `out`: nobody, and nothing to sign in with. `unheard`: no network and nothing kept. `stuck`: the phone's own storage. */
export type Who = { state: "opening" | "out" | "unheard" | "stuck" } | { state: "in"; me: Me };

export const DEALER = new Set(["dispatcher", "dealer_owner"]);

let who: Who = { state: "opening" };
const listeners = new Set<() => void>();
let opening: Promise<void> | undefined;
/** The session's turn in which the server said who this is. */
let known = NaN;
let switching = false;

function become(next: Who): void {
  who = next;
  listeners.forEach((told) => told());
}

export function useWho(): Who {
  return useSyncExternalStore((told) => (listeners.add(told), () => listeners.delete(told)), () => who, () => who);
}

/** The owner of what is kept and queued: a binding, a customer's job, or nobody yet. */
export function ownerOf(me: Me): string {
  if (me.binding_id) return `b${me.binding_id}`;
  return me.job_id ? `j${me.job_id}` : "guest";
}

export function owner(): string {
  return who.state === "in" ? ownerOf(who.me) : "guest";
}

/** At the start: what was written down first, then who this is. */
export function open(): Promise<void> {
  opening ??= begin().catch(() => {
    opening = undefined;
    become({ state: "stuck" });
  });
  return opening;
}

async function begin(): Promise<void> {
  await queue.open();
  await session.open();
  await kept.tidy().catch(() => undefined);
  // A browser signs in by what stands in the address; WeChat only when no session is kept.
  const fresh = platform.kind === "h5" || !session.current;
  const opened = fresh ? await session.renew().catch(() => null) : undefined;
  if (opened === null) {
    opening = undefined; // not heard: whoever was here before is not the one who came by this link
    return become({ state: "unheard" });
  }
  if (opened) await kept.forget("phone");
  await look();
  session.watch((signed) => void (signed && setTimeout(wake, SOON_MS))); // opened anew by itself, perhaps in another role
}

/** A person tries once more what was not heard. */
export function again(): Promise<void> {
  return opening ? look() : open();
}

const SOON_MS = 1000;
const AGAIN_MS = 15_000;

/** Asks the server who this is; without a network, who it was. An answer that a turn of the session overtook is asked anew. */
export async function look(): Promise<void> {
  if (switching) return;
  if (!session.current) return become({ state: platform.network.up() ? "out" : "unheard" });
  const { turn } = session;
  try {
    const me = await api.get("/api/v1/me");
    if (switching) return;
    if (turn !== session.turn) return look();
    known = turn;
    await kept.hear("phone", "me", me).catch(() => undefined); // a full phone still sends
    settle(me);
  } catch (error) {
    if (switching) return;
    if (error instanceof Problem && error.status === 401) return become({ state: "out" });
    const before = await kept.heard<Me>("phone", "me");
    if (before) settle(before.answer);
    else become({ state: "unheard" });
    if (!sure()) setTimeout(wake, AGAIN_MS);
  }
}

/** The server has said who this is, and nothing was done since that could have changed it. */
function sure(): boolean {
  return known === session.turn;
}

/** What this person did before may leave only once the server said that the session is theirs: a switch whose answer was
 * lost may have made it another's. */
function settle(me: Me): void {
  become({ state: "in", me });
  void queue.become(ownerOf(me), sure());
}

/** The network is back, or the application in front. */
export function wake(): void {
  void (sure() || !session.current ? queue.wake() : look());
}

/** A session that was opened by an order's number: whoever was here before is not shown under it. */
export async function enter(signed: Signed): Promise<void> {
  await kept.forget("phone");
  await session.take(signed);
  await look();
}

/** What is under way was done in the old role, and arrives in it; what is done meanwhile is the old role's too. */
export async function switchRole(binding_id: number): Promise<void> {
  switching = true;
  try {
    await nothingUnderWay();
    await api.post("/api/v1/me/role", { body: { binding_id } });
  } finally {
    switching = false;
    session.doubt();
    await look();
  }
}

async function nothingUnderWay(): Promise<void> {
  session.doubt();
  await queue.pump();
}

/** Out of a customer's job, and in as whom WeChat knows. */
export async function comeBack(): Promise<void> {
  await signOut();
  await signIn();
}

/** By what the phone has, because a person asked for it. */
export async function signIn(): Promise<void> {
  await session.renew();
  await look();
}

/** What was read is forgotten; what was done and has not arrived stays until its owner is back. */
export async function signOut(): Promise<void> {
  await nothingUnderWay(); // or the next deed would sign in again by itself
  await api.delete("/api/v1/sessions/current").catch(() => undefined);
  await kept.forget(owner());
  await kept.forget("phone");
  await session.forget();
  become({ state: "out" });
}
