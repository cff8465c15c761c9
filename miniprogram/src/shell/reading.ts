/** Reading with what was heard last time at once, and what is true now as soon as it is heard. */

import { useDidShow } from "@tarojs/taro";
import { useCallback, useEffect, useRef, useState } from "react";

import { address, Problem, said, type Answer, type Operation, type Path } from "@/api";

import { api, kept, onArrival } from "./phone";
import { owner } from "./who";

export interface Read<T> {
  data: T | undefined;
  /** When `data` was heard, milliseconds; a page says so when `old`. */
  at: number | undefined;
  /** What is shown was kept; the server could not be asked. */
  old: boolean;
  /** In words, when there is nothing to show. */
  failed: string | undefined;
  /** The server knows nothing of it for this person, or not any more. */
  gone: boolean;
  again: () => Promise<void>;
}

const FRESH_MS = 5 * 60_000;

type Wish = { path?: Record<string, unknown>; query?: Record<string, unknown> };
type State<T> = Omit<Read<T>, "again"> & { name: string };

/** `useRead("/api/v1/jobs/{job_id}", { path: { job_id } })`; null reads nothing. */
export function useRead<P extends Path<"get">>(path: P | null, wish: Wish = {}): Read<Answer<Operation<P, "get">>> {
  type T = Answer<Operation<P, "get">>;
  const name = path === null ? "" : address(path, wish);
  const nothing: State<T> = { name, data: undefined, at: undefined, old: false, failed: undefined, gone: false };
  const [state, setState] = useState<State<T>>(nothing);
  const wanted = useRef(name);
  wanted.current = name;

  const again = useCallback(async () => {
    if (!name) return;
    const mine = owner();
    const show = (next: Partial<State<T>>) =>
      wanted.current === name && setState((last) => ({ ...(last.name === name ? last : nothing), ...next, name }));
    const known = await kept.heard<T>(mine, name);
    if (known) show({ data: known.answer, at: known.at });
    try {
      const answer = await api.answer<T>("GET", name);
      show({ data: answer, at: Date.now(), old: false, failed: undefined, gone: false });
      await hear(mine, name, answer);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) show({ data: undefined, failed: said(error), gone: error.status === 404 });
      else show(known ? { old: true } : { failed: said(error) });
    }
  }, [name]);

  useEffect(() => void again(), [again]);
  useDidShow(() => void again());
  useEffect(() => onArrival(() => void again()), [again]);
  const shown = state.name === name ? state : nothing;
  return { ...shown, again };
}

/** Kept for who asked, unless that is somebody else by now; a full phone shows it all the same. */
async function hear(mine: string, name: string, answer: unknown): Promise<void> {
  if (owner() === mine) await kept.hear(mine, name, answer).catch(() => undefined);
}

/** So that a page opens later where there is no network: read now, unless it was heard in the last minutes. */
export async function fetchAhead<P extends Path<"get">>(path: P, wish: Wish = {}): Promise<Answer<Operation<P, "get">> | undefined> {
  const [mine, name] = [owner(), address(path, wish)];
  const known = await kept.heard<Answer<Operation<P, "get">>>(mine, name);
  if (known && Date.now() - known.at < FRESH_MS) return known.answer;
  try {
    const answer = await api.answer<Answer<Operation<P, "get">>>("GET", name);
    await hear(mine, name, answer);
    return answer;
  } catch {
    return known?.answer; // the page itself will say what is wrong
  }
}
