/** Who is signed in on this phone, and the one silent way to be so again. */

import type { Proof, Records, Wire } from "@/platform/types";

import { key } from "./key";
import { problemOf } from "./problem";

/** What is kept of a session: who acts in which role, the server says (`GET /me`). */
export interface Signed {
  token: string;
}

const KEPT = "session";
const DEVICE = "device";
const SECONDS = 15;

export class Session {
  /** Another number whenever the session may have become somebody else's: whose it is must be asked then. */
  turn = 0;
  private signed: Signed | undefined;
  private device = "";
  private renewing: Promise<Signed | undefined> | undefined;
  private readonly listeners = new Set<(signed: Signed | undefined) => void>();

  constructor(
    private readonly wire: Wire,
    private readonly records: Records,
    private readonly proof: () => Promise<Proof | undefined>,
    private readonly base = "",
  ) {}

  /** What was kept; a fresh link or code in the address wins over it. */
  async open(): Promise<Signed | undefined> {
    this.device = (await this.records.read(DEVICE)) ?? "";
    if (!this.device) {
      this.device = key();
      await this.records.write(DEVICE, this.device);
    }
    const text = await this.records.read(KEPT);
    this.signed = text ? (JSON.parse(text) as Signed) : undefined;
    return this.signed;
  }

  get current(): Signed | undefined {
    return this.signed;
  }

  headers(): Record<string, string> {
    const who = this.signed ? { Authorization: `Bearer ${this.signed.token}` } : undefined;
    return { "X-Device-Id": this.device, ...who };
  }

  watch(told: (signed: Signed | undefined) => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }

  /** Signs in by what the phone has: at once for all who ask; undefined when it has nothing, or that was refused. */
  renew(): Promise<Signed | undefined> {
    this.renewing ??= this.byProof().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async byProof(): Promise<Signed | undefined> {
    const proof = await this.proof();
    if (!proof) return undefined;
    const [path, body] =
      proof.kind === "wechat" ? ["wechat", { code: proof.code }] : ["link", { token: proof.token }];
    const reply = await this.wire.call({
      method: "POST",
      url: `${this.base}/api/v1/sessions/${path}`,
      headers: { "X-Device-Id": this.device, "Content-Type": "application/json" },
      body,
      timeoutMs: SECONDS * 1000,
    });
    if (reply.status < 500 && reply.status !== 429) proof.spent?.();
    if (reply.status === 201) return this.take(reply.body as Signed);
    if (reply.status >= 500 || reply.status === 429) throw problemOf(reply);
    return undefined;
  }

  /** Whose it is may change from here on. */
  doubt(): void {
    this.turn += 1;
  }

  /** A session opened another way, such as by an order's number. */
  async take({ token }: Signed): Promise<Signed> {
    this.signed = { token };
    this.doubt();
    await this.records.write(KEPT, JSON.stringify(this.signed));
    this.listeners.forEach((told) => told(this.signed));
    return this.signed;
  }

  async forget(): Promise<void> {
    this.signed = undefined;
    this.doubt();
    await this.records.remove(KEPT);
    this.listeners.forEach((told) => told(undefined));
  }
}
