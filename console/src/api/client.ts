import createFetch, { type Middleware } from "openapi-fetch";
import createHooks from "openapi-react-query";

import type { components, paths } from "@/made/schema";
import { Problem, problemOf } from "./problem";

export type Schemas = components["schemas"];

/** What a list may be asked. What stands in an address is text that anybody typed: the server refuses what it doesn't know. */
export type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Asked } } }
  ? NonNullable<Asked>
  : never;

const CSRF = "tz-csrf";

/** The token that goes with every change; told once at sign-in, kept for the other tabs of this browser. */
export const csrf = {
  keep: (token: string) => localStorage.setItem(CSRF, token),
  forget: () => localStorage.removeItem(CSRF),
  /** Heard by the other tabs only. */
  whenChanged: (heard: () => void) => window.addEventListener("storage", ({ key }) => key === CSRF && heard()),
};

const CHANGING = new Set(["POST", "PUT", "PATCH", "DELETE"]);

const door: Middleware = {
  onRequest({ request }) {
    if (CHANGING.has(request.method)) {
      request.headers.set("X-CSRF-Token", localStorage.getItem(CSRF) ?? "");
      if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", key());
    }
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return response;
  },
  onError: ({ error }) => (error instanceof Problem ? error : undefined),
};

/** A key for one intended change: made once where a person presses, and sent again with every retry. */
export function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const http = createFetch<paths>({ baseUrl: "", credentials: "same-origin" });
http.use(door);

/** `api.useQuery("get", "/api/v1/jobs/{job_id}", …)`, typed by the contract. */
export const api = createHooks(http);
