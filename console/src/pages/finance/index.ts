import { lazy } from "react";

import type { Page } from "@/app/page";

export const finance: readonly Page[] = [
  {
    path: "/statements",
    title: "结算单",
    group: "财务",
    needs: ["GET /api/v1/statements", "GET /api/v1/dealers"],
    View: lazy(() => import("./Statements")),
  },
  {
    path: "/statements/:statementId",
    title: "结算单详情",
    needs: ["GET /api/v1/statements/{statement_id}", "GET /api/v1/statements/{statement_id}/lines"],
    View: lazy(() => import("./Statement")),
  },
];
