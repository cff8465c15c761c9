import { useQueries } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, http, type Query, type Schemas } from "@/api/client";

export type Photo = Schemas["PhotoCard"];
export type WallJob = Schemas["WallJob"];
export type At = Schemas["PhotoAt"];

export interface Shown {
  photo: Photo;
  job: WallJob;
}

const PAGE = 40;
const LINKS_LIVE = 9 * 60_000; // a minute less than the server says

/** Which photos there are. It stays as it was while one works on it: what others do moves nothing under one's hands. */
export const useIndex = (query: Query<"/api/v1/photos">) =>
  api.useQuery("get", "/api/v1/photos", { params: { query } }, { staleTime: Infinity, refetchOnReconnect: false });

/** The photos from one place of the wall to another, by pages; what was only scrolled past is never fetched. */
export function useWindow(index: readonly At[], first: number, last: number): ReadonlyMap<number, Shown> {
  const pages: string[] = [];
  for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(last, index.length); page++)
    pages.push(index.slice(page * PAGE, (page + 1) * PAGE).map((at) => at.id).join());
  return useQueries({
    queries: pages.map((ids) => ({
      queryKey: ["photo-cards", ids],
      queryFn: () => cards(ids),
      staleTime: LINKS_LIVE,
      gcTime: LINKS_LIVE,
      refetchInterval: LINKS_LIVE,
    })),
    combine: together,
  });
}

async function cards(ids: string): Promise<Schemas["PhotoWindow"]> {
  const { data } = await http.GET("/api/v1/photo-cards", { params: { query: { ids } } });
  return data!;
}

function together(answers: { data?: Schemas["PhotoWindow"] }[]): ReadonlyMap<number, Shown> {
  const found = new Map<number, Shown>();
  for (const { data } of answers) {
    const jobs = new Map(data?.jobs.map((job) => [job.id, job]));
    for (const photo of data?.photos ?? []) {
      const job = jobs.get(photo.job_id);
      if (job) found.set(photo.id, { photo, job });
    }
  }
  return found;
}

export const link = (photo: Pick<Photo, "links">, variant: "320" | "1280" | "full"): string | undefined =>
  photo.links.find((one) => one.variant === variant)?.url;

/** What it was once it has been so for a moment: a held key fetches nothing on its way. */
export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, rest] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => rest(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}
