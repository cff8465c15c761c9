import { createContext, useContext } from "react";

import type { Schemas } from "@/api/client";
import { ACCESS, type Operation } from "@/made/access";

export type Me = Schemas["Me"];

export const Session = createContext<Me | null>(null);

/** Who is signed in; only below the shell. */
export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error("nobody is signed in");
  return me;
}

/** Whether this role may call it: the API's own table, asked again by the API. */
export function may(role: string, operation: Operation): boolean {
  return (ACCESS[operation] as readonly string[]).includes(role);
}

export function useMay(): (operation: Operation) => boolean {
  const { role } = useMe();
  return (operation) => may(role, operation);
}
