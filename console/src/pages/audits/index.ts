import { lazy } from "react";

import type { Page } from "@/app/page";

export const audits: readonly Page[] = [
  {
    path: "/photo-wall",
    title: "照片墙",
    group: "稽核",
    needs: ["GET /api/v1/photos", "GET /api/v1/photo-cards"],
    View: lazy(() => import("./PhotoWall")),
  },
  {
    path: "/audits",
    title: "稽核工单",
    group: "稽核",
    needs: ["GET /api/v1/audits"],
    View: lazy(() => import("./AuditList")),
  },
  {
    path: "/audits/:jobId",
    title: "稽核详情",
    needs: ["GET /api/v1/audits", "GET /api/v1/audits/{job_id}", "GET /api/v1/jobs/{job_id}", "GET /api/v1/jobs/{job_id}/scene"],
    View: lazy(() => import("./AuditPage")),
  },
  {
    path: "/audit-estimates",
    title: "网点不合格率",
    group: "稽核",
    needs: ["GET /api/v1/reports/evidence"],
    View: lazy(() => import("./Estimates")),
  },
  {
    path: "/my-audits",
    title: "我的稽核",
    group: "稽核",
    needs: ["GET /api/v1/audits/mine"],
    roles: ["auditor"],
    View: lazy(() => import("./Mine")),
  },
];
