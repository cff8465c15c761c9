import { isKept, isUnread, type Deed } from "./deed";

/** What is known of a deed beyond what is written down; a kill forgets it, and that is right: then all is tried anew. */
export interface Attempt {
  tries: number;
  /** Milliseconds since 1970; before it, the deed rests. */
  notBefore: number;
}

export interface Moment {
  now: number;
  owner: string;
  /** Ids under way. */
  flying: ReadonlySet<string>;
  attempts: ReadonlyMap<string, Attempt>;
  /** How many may be under way at once. */
  most: number;
}

/**
 * What may be sent now, oldest first.
 *
 * Per job: a call goes when everything before it has arrived; photos go side by side once the calls before them have been
 * answered. Whatever was refused holds back the calls after it, never a photo: it may be what was lacking, or evidence.
 */
export function next(deeds: readonly Deed[], moment: Moment): Deed[] {
  const found = [...jobs(deeds).values()].flatMap((chain) => first(chain, moment));
  const free = Math.max(0, moment.most - moment.flying.size);
  return found.sort(byAge).slice(0, free);
}

function first(chain: readonly Deed[], { now, owner, flying, attempts }: Moment): Deed[] {
  const found: Deed[] = [];
  for (const [at, deed] of chain.entries()) {
    const turn = deed.photo || at === 0;
    const rests = (attempts.get(deed.id)?.notBefore ?? 0) > now;
    const may = deed.owner === owner && !deed.half && !deed.trouble;
    if (turn && may && !rests && !flying.has(deed.id)) found.push(deed);
    if (!deed.photo && (!deed.trouble || isUnread(deed))) break;
  }
  return found;
}

/** When to look again though nothing happens: the end of the shortest rest. */
export function wake(deeds: readonly Deed[], { now, owner, attempts }: Moment): number | undefined {
  const rests = deeds
    .filter((deed) => deed.owner === owner && !deed.trouble)
    .map((deed) => attempts.get(deed.id)?.notBefore ?? 0)
    .filter((at) => at > now);
  return rests.length ? Math.min(...rests) : undefined;
}

export function byAge(a: Deed, b: Deed): number {
  return a.seq - b.seq || (a.id < b.id ? -1 : 1);
}

function jobs(deeds: readonly Deed[]): Map<number, Deed[]> {
  const found = new Map<number, Deed[]>();
  for (const deed of inTurn(deeds.filter((one) => !isKept(one)))) found.set(deed.job, [...(found.get(deed.job) ?? []), deed]);
  return found;
}

/** Oldest first, but a photo before the call that names it. */
function inTurn(deeds: readonly Deed[]): Set<Deed> {
  const found = new Set<Deed>();
  const sorted = [...deeds].sort(byAge);
  for (const deed of sorted) {
    const named = Object.values(deed.awaits ?? {});
    for (const photo of named.length ? sorted : []) if (named.includes(photo.id)) found.add(photo);
    found.add(deed);
  }
  return found;
}
