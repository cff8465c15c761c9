import { lazy } from "react";

import type { Page } from "@/app/page";

/** Everybody's own: reached from the head of every page. */
export const own: readonly Page[] = [
  {
    path: "/inbox",
    title: "通知",
    needs: ["GET /api/v1/inbox"],
    View: lazy(() => import("./Inbox")),
  },
  {
    path: "/account",
    title: "我的账号",
    needs: ["GET /api/v1/me/sessions", "POST /api/v1/me/password"],
    View: lazy(() => import("./Account")),
  },
];
