import type { Schemas } from "@/api";

export type Offer = Schemas["OfferCard"];

/** No day of the next thirty has room for it. */
export const full = (offer: Offer): boolean => offer.capacity_left !== null && offer.earliest === null;

/** Offers at one door in one group, in the order in which the first of each came. */
export function doors(offers: readonly Offer[]): Offer[][] {
  const groups: Offer[][] = [];
  for (const offer of offers) {
    const beside = groups.find((group) => group.some((one) => one.together.includes(offer.id)));
    if (beside) beside.push(offer);
    else groups.push([offer]);
  }
  return groups;
}
