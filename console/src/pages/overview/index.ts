import { lazy } from "react";

import type { Page } from "@/app/page";

export const overview: readonly Page[] = [
  {
    path: "/overview",
    title: "总览",
    group: "概览",
    needs: ["GET /api/v1/reports/on-time", "GET /api/v1/reports/promised", "GET /api/v1/reports/fairness"],
    View: lazy(() => import("./Overview")),
  },
  {
    path: "/reports",
    title: "报表",
    group: "概览",
    needs: ["GET /api/v1/reports/on-time", "GET /api/v1/reports/fairness"],
    View: lazy(() => import("./Reports")),
  },
  {
    path: "/report-jobs",
    title: "背后的工单",
    needs: ["GET /api/v1/reports/on-time/jobs"],
    View: lazy(() => import("./Behind")),
  },
];
