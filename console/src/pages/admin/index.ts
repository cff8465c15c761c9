import { lazy } from "react";

import type { Page } from "@/app/page";

export const admin: readonly Page[] = [
  {
    path: "/access",
    title: "岗位与页面",
    group: "管理",
    needs: ["GET /api/v1/access-log"],
    View: lazy(() => import("./Access")),
  },
];
