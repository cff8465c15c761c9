/** The contract's types, as pages use them. A changed contract fails the build here. */

import type { components, paths } from "@/made/schema";

export type Schemas = components["schemas"];
export type JobPage = Schemas["JobPage"];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Json<R> = R extends { content: { "application/json": infer Answer } } ? Answer : undefined;

/** The addresses that know this method. */
export type Path<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never;
}[keyof paths];

export type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never;

export type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer A; 201: infer B } ? Json<A | B>
  : R extends { 200: infer A } ? Json<A>
  : R extends { 201: infer A } ? Json<A>
  : undefined
  : never;

type Of<O, Where extends "path" | "query"> = O extends { parameters: { [K in Where]?: infer V } }
  ? [NonNullable<V>] extends [never] ? never : NonNullable<V>
  : never;

type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;

type Given<Name extends string, V> = [V] extends [never]
  ? { [K in Name]?: never }
  : object extends V ? { [K in Name]?: V } : { [K in Name]: V };

/** What one call is given: what stands in its address, what is asked, what is sent. */
export type Asked<O> = Given<"path", Of<O, "path">> & Given<"query", Of<O, "query">> & Given<"body", Body<O>>;

type Loose = { path?: Record<string, unknown>; query?: Record<string, unknown> };

/** `/api/v1/jobs/{job_id}` with 7 → `/api/v1/jobs/7`. */
export function address(path: string, { path: parts = {}, query = {} }: Loose = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])));
  const asked = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return asked.length ? `${filled}?${asked.join("&")}` : filled;
}
