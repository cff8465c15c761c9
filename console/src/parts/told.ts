import { App } from "antd";
import { useQueryClient } from "@tanstack/react-query";

import { said } from "@/api/problem";

/** What follows every change: its outcome in words, and everything shown asked anew. */
export function useTold(done: string) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return {
    onSuccess: async () => {
      void message.success(done);
      await queries.invalidateQueries();
    },
    /** Often somebody else was quicker: what is shown then is what stands now. */
    onError: (error: unknown) => {
      void message.error(said(error), 6);
      void queries.invalidateQueries();
    },
  };
}
