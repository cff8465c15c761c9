/** What people are asked before their phone, place or photos are used: the words, each by itself, and a way on after a no. */

import { View } from "@tarojs/components";
import { useSyncExternalStore } from "react";

import type { Schemas } from "@/api";
import { Button, Sheet, tell } from "@/parts";
import { platform } from "@/platform";

import { api, kept } from "./phone";
import { owner } from "./who";

type Text = Schemas["ConsentText"];
export type Purpose = Text["purpose"];

/** A purpose's words, and what was said to them; undefined: not asked yet. */
export interface Known {
  text: Text;
  given: boolean | undefined;
}

interface Asking {
  text: Text;
  answer: (given: boolean) => void | Promise<void>;
}

interface Given {
  version: string;
  given: boolean;
  told: boolean;
}

let asking: Asking | undefined;
const listeners = new Set<() => void>();
const name = (purpose: Purpose) => `consent/${owner()}/${purpose}`;

function become(next: Asking | undefined): void {
  asking = next;
  listeners.forEach((told) => told());
}

async function texts(): Promise<readonly Text[]> {
  try {
    const { items } = await api.get("/api/v1/consents");
    await kept.hear("phone", "consents", items);
    return items;
  } catch {
    return (await kept.heard<Text[]>("phone", "consents"))?.answer ?? [];
  }
}

/** Called while there is a network, so that the words can be read where there is none; says again what was not heard. */
export async function prepareConsents(): Promise<void> {
  for (const { purpose } of await texts()) {
    const said = await read(purpose);
    if (said && !said.told) await say(purpose, said);
  }
}

/** True: agreed, now or before. False: refused, so go on by hand. `ask` false never opens anything. */
export async function consent(purpose: Purpose, ask = true): Promise<boolean> {
  const said = await read(purpose);
  const known = (await kept.heard<Text[]>("phone", "consents"))?.answer ?? (await texts());
  const text = known.find((one) => one.purpose === purpose);
  if (said && (!text || said.version === text.version)) return said.given || (ask && text ? put(text) : false);
  if (!ask) return false;
  if (!text) {
    tell.failed("没有网络，暂时无法读取授权说明，可以先手动填写");
    return false;
  }
  return put(text);
}

/** The version that was agreed to; undefined: it was not, or the words have changed since. */
export async function consented(purpose: Purpose): Promise<string | undefined> {
  return (await consent(purpose, false)) ? (await read(purpose))?.version : undefined;
}

/** All that may be asked, to look at and to take back. */
export async function consents(): Promise<Known[]> {
  return Promise.all((await texts()).map(async (text) => ({ text, given: (await read(text.purpose))?.given })));
}

export async function decide(text: Text, given: boolean): Promise<void> {
  await say(text.purpose, await keep(text, given));
}

async function keep({ purpose, version }: Text, given: boolean): Promise<Given> {
  const said = { version, given, told: false };
  await platform.records.write(name(purpose), JSON.stringify(said)).catch(() => undefined); // then it is asked again
  return said;
}

function put(text: Text): Promise<boolean> {
  return new Promise((resolve) =>
    become({
      text,
      answer: async (given) => {
        become(undefined);
        const said = await keep(text, given);
        resolve(given);
        await say(text.purpose, said);
      },
    }),
  );
}

async function read(purpose: Purpose): Promise<Given | undefined> {
  const text = await platform.records.read(name(purpose)).catch(() => undefined); // then it is asked again
  return text ? (JSON.parse(text) as Given) : undefined;
}

async function say(purpose: Purpose, said: Given): Promise<void> {
  try {
    await api.post("/api/v1/me/consents", { body: { purpose, version: said.version as Body["version"], given: said.given } });
    await platform.records.write(name(purpose), JSON.stringify({ ...said, told: true }));
  } catch {
    // said again at the next start: prepareConsents
  }
}

type Body = Schemas["ConsentBody"];

export function ConsentSheet() {
  const now = useSyncExternalStore((told) => (listeners.add(told), () => void listeners.delete(told)), () => asking, () => asking);
  if (!now) return null;
  const { text, answer } = now;
  return (
    <Sheet
      title={text.title}
      open
      onClose={() => answer(false)}
      ways={
        <>
          <Button kind="main" id="agree" onPress={() => answer(true)}>同意</Button>
          <Button id="refuse" onPress={() => answer(false)}>不同意，继续</Button>
        </>
      }
    >
      <View>{text.text}</View>
      <View className="tz-quiet">{text.without}</View>
    </Sheet>
  );
}
