import { api } from "@/api/client";

/** A dealer's installers' names by their numbers. */
export function useInstallers(dealer: number): ReadonlyMap<number, string> {
  const asked = api.useQuery("get", "/api/v1/dealers/{dealer_id}/installers", { params: { path: { dealer_id: dealer }, query: { limit: 100 } } }, { staleTime: 600_000 });
  return new Map(asked.data?.items.map((one) => [one.person_id, one.name]));
}
