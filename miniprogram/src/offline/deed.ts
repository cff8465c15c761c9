/** One thing a person did to a job, written down before it is shown as done. It holds all it takes to send it. */
export interface Deed {
  /** Made at the press, never changed: idempotency key, a photo's client_id, and the name of its picture. */
  readonly id: string;
  /** The order in which this phone's people did things. */
  readonly seq: number;
  /** The session it belongs to: nobody sends what somebody else did. */
  readonly owner: string;
  readonly job: number;
  /** As in `available_actions`. */
  readonly action: string;
  /** Where it goes, filled in: `/api/v1/jobs/7/check-in`. */
  readonly address: string;
  /** By this phone's clock, in UTC. */
  readonly at: string;
  /** JSON; of a photo the form that goes with the picture. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly photo?: true;
  /** Fields of the body that take the id of an earlier deed's photo: field → that deed's id. */
  readonly awaits?: Readonly<Record<string, string>>;
  /** A photo whose picture was not yet kept when this was written. Never shown, never sent. */
  readonly half?: true;
  /** When it was first sent, milliseconds since 1970: from then on it may have been done. */
  readonly sent?: number;
  /** Refused: it waits for a person. */
  readonly trouble?: Trouble;
}

export interface Trouble {
  status: number;
  code: string;
  /** The server's own words. */
  title: string;
  faults: readonly { field: string; code: string; message: string }[];
}

export type Wish = Pick<Deed, "job" | "action" | "address" | "body"> & Partial<Pick<Deed, "awaits">>;

const UNREAD = "unreadable";

/** What stands for a record that could not be read now: nothing of it is sent or shown, and its job waits for it. */
export function unread(job: number, id: string): Deed {
  const trouble = { status: 0, code: UNREAD, title: "手机暂时读不出这一条，会自动再读", faults: [] };
  return { id, job, seq: 0, owner: "", action: "一条记录", address: "", at: "", body: {}, trouble };
}

/** A photo of a job that had moved on: the server has it as evidence, though it does not count. */
export const isKept = ({ photo, trouble }: Deed): boolean => photo === true && trouble?.code === "job_changed";

/** Of one action, what makes it about another thing; the address says the rest. */
const THING = ["slot", "item"] as const;

/** Done again, `wish` stands for what was refused; whether a call of long ago was done, only a person can say. */
export function replaces(wish: Wish, owner: string, old: Deed): boolean {
  if (old.photo && old.body.slot === undefined) return false; // a complaint's pictures are each another thing
  if (!old.trouble || old.trouble.code === "long_unanswered" || isUnread(old) || isKept(old)) return false;
  const same = wish.job === old.job && wish.action === old.action && wish.address === old.address && owner === old.owner;
  return same && THING.every((name) => wish.body[name] === old.body[name]);
}

export const isUnread = ({ trouble }: Deed): boolean => trouble?.code === UNREAD;
