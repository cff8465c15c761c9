import { Gone, type Files, type Records, type Shot } from "@/platform/types";

import { isUnread, unread, type Deed } from "./deed";
import { byAge } from "./order";

const PREFIX = "deed/";
const ARRIVED = "photo/";
const LIFE_MS = 3 * 24 * 3600 * 1000;
const name = (deed: Deed) => `${PREFIX}${deed.job}/${deed.id}`;
const said = (one: string) => one.slice(PREFIX.length).split("/") as [job: string, id: string];

/**
 * The deeds on this phone. Each is one record, written whole or not at all; its name says the job, so that one that
 * cannot be read holds up no other.
 *
 * A photo is written in three steps, so that no kill loses one that was shown nor leaves a picture nobody knows of:
 * the record (half), the picture, the record. It is removed in two: the record, the picture.
 */
export class Ledger {
  constructor(
    private readonly records: Records,
    private readonly files: Files,
  ) {}

  async all(): Promise<Deed[]> {
    const names = await this.records.keys(PREFIX);
    return (await Promise.all(names.map((one) => this.read(one)))).flat().sort(byAge);
  }

  private async read(one: string): Promise<Deed[]> {
    try {
      const text = await this.records.read(one);
      return text === undefined ? [] : [JSON.parse(text) as Deed];
    } catch {
      const [job, id] = said(one);
      return [unread(Number(job), id)];
    }
  }

  /** All of it or, when there is no room, nothing: half a photo would hold its job back. */
  async add(deed: Deed, shot?: Shot): Promise<void> {
    try {
      if (shot) {
        await this.write({ ...deed, half: true });
        await this.files.keep(deed.id, shot);
      }
      await this.write(deed);
    } catch (error) {
      await this.remove(deed).catch(() => undefined); // what could not be removed either, the next start mends
      throw error;
    }
  }

  /** Whether it is written down still. */
  async has(deed: Deed): Promise<boolean> {
    return (await this.records.read(name(deed))) !== undefined;
  }

  write(deed: Deed): Promise<void> {
    return this.records.write(name(deed), JSON.stringify(deed));
  }

  async remove(deed: Deed): Promise<void> {
    await this.records.remove(name(deed));
    if (deed.photo || isUnread(deed)) await this.files.remove(deed.id);
  }

  /** The id by which the server knows a photo, for deeds that name it. */
  arrive(deed: Deed, id: number, now: number): Promise<void> {
    return this.records.write(ARRIVED + deed.id, JSON.stringify({ id, at: now }));
  }

  /** The deed with the ids of its photos, which arrived before it. `Gone` when one was given up. */
  async completed(deed: Deed): Promise<Deed> {
    const body = { ...deed.body };
    for (const [field, photo] of Object.entries(deed.awaits ?? {})) {
      const text = await this.records.read(ARRIVED + photo);
      if (!text) throw new Gone(photo);
      body[field] = (JSON.parse(text) as { id: number }).id;
    }
    return { ...deed, body };
  }

  /** What a kill left behind: a half photo whose picture is here becomes whole, one without is forgotten, and so is a
   * picture whose deed is gone. */
  async mend(now: number): Promise<void> {
    const files = await this.files.keys(); // before the deeds: a picture's record is always the older one
    const names = await this.records.keys(PREFIX);
    const deeds = await this.all();
    for (const { half, ...deed } of deeds) {
      if (!half) continue;
      if (await this.files.has(deed.id)) await this.write(deed);
      else await this.records.remove(name(deed));
    }
    const known = new Set(names.map((one) => said(one)[1])); // also those that could not be read: it must cost no picture
    for (const file of files) if (!known.has(file)) await this.files.remove(file);
    if (!deeds.some(isUnread)) await this.forgetArrived(deeds, now);
  }

  /** The ids of photos that arrived long ago, and that none of these deeds, which are all there are, still awaits. */
  private async forgetArrived(deeds: readonly Deed[], now: number): Promise<void> {
    const awaited = new Set(deeds.flatMap((deed) => Object.values(deed.awaits ?? {})));
    for (const one of await this.records.keys(ARRIVED)) {
      if (awaited.has(one.slice(ARRIVED.length))) continue;
      const text = await this.records.read(one).catch(() => undefined);
      if (text && now - (JSON.parse(text) as { at: number }).at > LIFE_MS) await this.records.remove(one);
    }
  }
}
