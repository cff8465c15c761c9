import { api } from "@/api/client";
import type { Words } from "@/app/words";

/** The names of the product categories by their codes. */
export function useCategories(): Words {
  const { data } = api.useQuery("get", "/api/v1/categories", {}, { staleTime: 600_000 });
  return Object.fromEntries((data?.items ?? []).map(({ code, name }) => [code, name]));
}
