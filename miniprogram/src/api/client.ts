/** The one way to the server: typed by the contract, one key per press; a session that is over is opened anew by itself. */

import type { paths } from "@/made/schema";
import { Renewed, Unheard, type Reply, type Wire } from "@/platform/types";

import { address, type Answer, type Asked, type Operation, type Path } from "./contract";
import { key } from "./key";
import { problemOf } from "./problem";
import type { Session } from "./session";

const READ_MS = 10_000;
const CHANGE_MS = 20_000;
const UPLOAD_MS = 60_000;

/** `key`: of the press; without one, this call is a press of its own. `version`: what the person saw (If-Match). */
export interface How {
  key?: string;
  version?: number;
}

interface Sent extends How {
  body?: unknown;
}

type Wish<P extends keyof paths, M extends "get" | "post" | "put" | "patch" | "delete"> = Asked<Operation<P, M>> & How;
/** Nothing to give: nothing need be given. */
type Rest<W> = object extends W ? [wish?: W] : [wish: W];

export class Client {
  /** Presses whose answer was not heard, by what they said: pressed again, each is the same press. */
  private readonly unheard = new Map<string, string>();

  constructor(
    private readonly wire: Wire,
    private readonly session: Session,
    private readonly base = "",
  ) {}

  /** `client.get("/api/v1/jobs/{job_id}", { path: { job_id: 7 } })` */
  get<P extends Path<"get">>(path: P, ...[wish]: Rest<Wish<P, "get">>): Promise<Answer<Operation<P, "get">>> {
    return this.ask("GET", path, wish);
  }

  post<P extends Path<"post">>(path: P, ...[wish]: Rest<Wish<P, "post">>): Promise<Answer<Operation<P, "post">>> {
    return this.ask("POST", path, wish);
  }

  put<P extends Path<"put">>(path: P, ...[wish]: Rest<Wish<P, "put">>): Promise<Answer<Operation<P, "put">>> {
    return this.ask("PUT", path, wish);
  }

  patch<P extends Path<"patch">>(path: P, ...[wish]: Rest<Wish<P, "patch">>): Promise<Answer<Operation<P, "patch">>> {
    return this.ask("PATCH", path, wish);
  }

  delete<P extends Path<"delete">>(path: P, ...[wish]: Rest<Wish<P, "delete">>): Promise<Answer<Operation<P, "delete">>> {
    return this.ask("DELETE", path, wish);
  }

  private ask<T>(method: Method, path: string, wish: Sent & { path?: object; query?: object } = {}): Promise<T> {
    return this.answer(method, address(path, wish as Parameters<typeof address>[1]), wish);
  }

  /** Of an address already filled in; a refusal is thrown as a `Problem`. */
  async answer<T>(method: Method, filled: string, sent: Sent = {}): Promise<T> {
    const reply = await this.pressed(method, filled, sent);
    if (reply.status >= 400 || reply.status < 200) throw problemOf(reply);
    return reply.body as T;
  }

  private async pressed(method: Method, filled: string, sent: Sent): Promise<Reply> {
    const press = JSON.stringify([method, filled, sent.body, sent.version]);
    const own = sent.key ?? this.unheard.get(press) ?? key();
    this.unheard.delete(press);
    try {
      const reply = await this.send(method, filled, { ...sent, key: own });
      if (reply.status >= 500) this.unheard.set(press, own);
      return reply;
    } catch (error) {
      this.unheard.set(press, own);
      throw error;
    }
  }

  /** As it came, refusals too: for the queue, which knows what to make of each. */
  send(method: Method, filled: string, { body, key: own, version }: Sent = {}): Promise<Reply> {
    const changing = method !== "GET";
    const press: Record<string, string> = changing ? { "Idempotency-Key": own ?? key() } : {};
    if (version !== undefined) press["If-Match"] = `"${version}"`;
    if (body !== undefined) press["Content-Type"] = "application/json";
    return this.signedIn(changing, (who) =>
      this.wire.call({
        method,
        url: this.base + filled,
        headers: { ...press, ...who },
        body,
        timeoutMs: changing ? CHANGE_MS : READ_MS,
      }),
    );
  }

  upload(filled: string, file: string, form: Record<string, string>, onProgress: (percent: number) => void): Promise<Reply> {
    return this.signedIn(true, (headers) =>
      this.wire.upload({ url: this.base + filled, headers, form, file, timeoutMs: UPLOAD_MS, onProgress }),
    );
  }

  /**
   * After a 401, if the phone could sign in by itself: what only reads goes once more. A change does not, for the new
   * session may be in another role than the one in which it was done. Whether it could was not heard: then neither was this.
   */
  private async signedIn(changing: boolean, send: (who: Record<string, string>) => Promise<Reply>): Promise<Reply> {
    const reply = await send(this.session.headers());
    if (reply.status !== 401 || !(await this.renewed())) return reply;
    if (changing) throw new Renewed();
    return send(this.session.headers());
  }

  private async renewed(): Promise<boolean> {
    try {
      return (await this.session.renew()) !== undefined;
    } catch (error) {
      throw new Unheard(String(error));
    }
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
