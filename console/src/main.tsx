import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as Notices, ConfigProvider } from "antd";
import zh from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { api, csrf } from "@/api/client";
import { Problem } from "@/api/problem";
import { Console } from "@/app/Console";
import "@/app/agents.css";
import "@/app/console.css";
import { THEME } from "@/app/theme";

dayjs.locale("zh-cn");

const ME = api.queryOptions("get", "/api/v1/me").queryKey;

/** A session may end anywhere (a new password, an admin's word): whatever hears of it first asks who is here. */
const onError = (error: Error) => {
  if (error instanceof Problem && error.status === 401 && queries.getQueryData(ME)) void queries.resetQueries({ queryKey: ME });
};

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused stays refused; a network that comes and goes is tried again.
      retry: (count, error) => count < 2 && (!(error instanceof Problem) || error.status >= 500),
    },
    mutations: { retry: false },
  },
});
// Another tab signed out, or somebody in: nothing of the one before stays.
csrf.whenChanged(() => void queries.resetQueries());

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <ConfigProvider locale={zh} theme={THEME} csp={{ nonce }} button={{ autoInsertSpace: false }}>
      <Notices>
        <QueryClientProvider client={queries}>
          <BrowserRouter basename="/console">
            <Console />
          </BrowserRouter>
        </QueryClientProvider>
      </Notices>
    </ConfigProvider>
  </StrictMode>,
);
