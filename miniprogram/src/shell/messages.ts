/** WeChat's leave to send one message each: asked for at a tap that means something, at most three at once. */

import type { Schemas } from "@/api";
import { platform } from "@/platform";

import { api } from "./phone";

const MOST = 3;
const FEW = 2;
let wanted: readonly string[] = [];

type Items = Schemas["Subscriptions"]["items"];

/** Said no to since the application was started: not asked again until it is started anew. */
const refused = new Set<string>();

function scarce(items: Items): string[] {
  const wished = items.filter((one) => one.template_id && one.remaining < FEW && !refused.has(one.template_id));
  return wished.slice(0, MOST).map((one) => one.template_id);
}

/** Before the tap: WeChat shows its question only straight after one, there is no time to ask the server then. */
export async function prepareMessages(): Promise<void> {
  if (platform.kind !== "weapp") return;
  const { items } = await api.post("/api/v1/subscriptions", { body: { answers: [] } }).catch(() => ({ items: [] as Items }));
  wanted = scarce(items);
}

/** First thing in a tap's handler. Whatever is answered, the inbox has everything. */
export async function askForMessages(): Promise<void> {
  if (!wanted.length) return;
  const heard = await platform.askToTell(wanted);
  const answers = Object.entries(heard).map(([template_id, answer]) => ({ template_id, answer: answer as Answer }));
  wanted = [];
  for (const { template_id, answer } of answers) if (answer !== "accept") refused.add(template_id);
  if (!answers.length) return;
  const { items } = await api.post("/api/v1/subscriptions", { body: { answers } }).catch(() => ({ items: [] as Items }));
  wanted = scarce(items);
}

type Answer = Schemas["TemplateHintBody"]["answer"];
