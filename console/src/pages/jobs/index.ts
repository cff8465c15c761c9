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
  {
    path: "/orders",
    title: "订单",
    group: "工单",
    needs: ["GET /api/v1/orders", "GET /api/v1/channels"],
    View: lazy(() => import("./Orders")),
  },
  {
    path: "/orders/:orderId",
    title: "订单详情",
    needs: ["GET /api/v1/orders/{order_id}", "GET /api/v1/channels"],
    View: lazy(() => import("./Order")),
  },
];
