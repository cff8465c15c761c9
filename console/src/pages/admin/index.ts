import { lazy } from "react";

import type { Page } from "@/app/page";

const ADMIN = ["admin"];

export const admin: readonly Page[] = [
  {
    path: "/access",
    title: "岗位与页面",
    group: "管理",
    needs: ["GET /api/v1/access-log"],
    View: lazy(() => import("./Access")),
  },
  {
    path: "/people",
    title: "人员与邀请",
    group: "管理",
    needs: ["GET /api/v1/people", "GET /api/v1/invitations", "GET /api/v1/rebindings"],
    roles: ADMIN,
    View: lazy(() => import("./People")),
  },
  {
    path: "/runs",
    title: "定时任务",
    group: "管理",
    needs: ["GET /api/v1/runs"],
    roles: ADMIN,
    View: lazy(() => import("./Runs")),
  },
  {
    path: "/outbox",
    title: "消息发送",
    group: "管理",
    needs: ["GET /api/v1/outbox"],
    View: lazy(() => import("./Outbox")),
  },
  {
    path: "/access-log",
    title: "访问记录",
    group: "管理",
    needs: ["GET /api/v1/access-log"],
    View: lazy(() => import("./AccessLog")),
  },
];
