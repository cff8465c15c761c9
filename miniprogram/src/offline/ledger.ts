import type { Files, Records } from "@/platform/types";

import type { Deed } from "./deed";
import { byAge } from "./order";

const PREFIX = "deed/";
const ARRIVED = "photo/";
const LIFE_MS = 3 * 24 * 3600 * 1000;
const name = (deed: Deed) => `${PREFIX}${deed.id}`;

/**
 * The deeds on this phone. Each is one record, written whole or not at all.
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
    const texts = await Promise.all(names.map((one) => this.records.read(one)));
    return texts.flatMap((text) => (text ? [JSON.parse(text) as Deed] : [])).sort(byAge);
  }

  write(deed: Deed): Promise<void> {
    return this.records.write(name(deed), JSON.stringify(deed));
  }

  async remove(deed: Deed): Promise<void> {
    await this.records.remove(name(deed));
    if (deed.photo) await this.files.remove(deed.id);
  }

  /** The id by which the server knows a photo, for deeds that name it. */
  arrive(deed: Deed, id: number, now: number): Promise<void> {
    return this.records.write(ARRIVED + deed.id, JSON.stringify({ id, at: now }));
  }

  /** The deed with the ids of its photos, which arrived before it. Throws when one was given up. */
  async completed(deed: Deed): Promise<Deed> {
    const body = { ...deed.body };
    for (const [field, photo] of Object.entries(deed.awaits ?? {})) {
      const text = await this.records.read(ARRIVED + photo);
      if (!text) throw new Error(`no such photo: ${photo}`);
      body[field] = (JSON.parse(text) as { id: number }).id;
    }
    return { ...deed, body };
  }

  /** What a kill left behind: a half photo whose picture is here becomes whole, one without is forgotten, and so is a
   * picture whose deed is gone. */
  async mend(now: number): Promise<void> {
    const files = await this.files.keys(); // before the deeds: a picture's record is always the older one
    const deeds = await this.all();
    for (const { half, ...deed } of deeds) {
      if (!half) continue;
      if (await this.files.has(deed.id)) await this.write(deed);
      else await this.records.remove(name(deed));
    }
    const known = new Set(deeds.map((deed) => deed.id));
    for (const file of files) if (!known.has(file)) await this.files.remove(file);
    for (const one of await this.records.keys(ARRIVED)) {
      const { at } = JSON.parse((await this.records.read(one)) ?? '{"at":0}') as { at: number };
      if (now - at > LIFE_MS) await this.records.remove(one);
    }
  }
}
