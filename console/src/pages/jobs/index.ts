import { lazy } from "react";

import type { Page } from "@/app/page";

export const jobs: readonly Page[] = [
  {
    path: "/jobs",
    title: "工单",
    group: "工单",
    needs: ["GET /api/v1/jobs"],
    View: lazy(() => import("./JobList")),
  },
  {
    path: "/jobs/:jobId",
    title: "工单详情",
    needs: ["GET /api/v1/jobs/{job_id}"],
    View: lazy(() => import("./JobPage")),
  },
];
