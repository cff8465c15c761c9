/** A picture with the moment and the place of its shutter. */

import { platform, type Place, type Shot } from "@/platform";

import { consent } from "./consent";

export type Taken = Shot & { place: Place | undefined };

const FRESH_MS = 60_000;
const PATIENCE_MS = 3000; // a picture that is not yet written down dies with the application

/**
 * Undefined: the person turned back, or wants no photos kept.
 *
 * The place is asked for as the camera opens, so that it is known when the shutter is pressed; who was longer at it is
 * asked again.
 */
export async function shoot({ gallery = false } = {}): Promise<Taken | undefined> {
  if (!(await consent("photo"))) return undefined;
  const here = (await consent("place", false)) ? platform.place : async () => undefined;
  const [begun, first] = [Date.now(), here()];
  const [shot] = await platform.photograph({ gallery, most: 1 });
  if (!shot) return undefined;
  const place = shot.at - begun < FRESH_MS ? first : here().then(async (found) => found ?? (await first));
  return { ...shot, place: await Promise.race([place, late()]) };
}

const late = () => new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
