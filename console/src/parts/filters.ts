import { useSearchParams } from "react-router";

/** Filters of a list, kept in the address: a link shows what its sender saw, and going back brings it again. */
export function useFilters<Name extends string>(...names: Name[]) {
  const [address, setAddress] = useSearchParams();
  const filters: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = address.get(name);
    if (value) filters[name] = value;
  }
  const set = (name: Name, value: string | number | null | undefined) =>
    setAddress(() => {
      // Trap: what the router hands in is the address of the last rendering; of two changes at once the first was lost.
      const after = new URLSearchParams(window.location.search);
      if (value == null || value === "") after.delete(name);
      else after.set(name, String(value));
      return after;
    });
  return [filters, set] as const;
}

/** A filter that is a number; anything else that somebody typed into the address counts as none. */
export const number = (text: string | undefined): number | undefined =>
  text && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
