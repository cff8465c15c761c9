import { lazy } from "react";

import type { Page } from "@/app/page";

const AGENTS = ["agent", "admin"] as const;

export const agents: readonly Page[] = [
  {
    path: "/waiting",
    title: "待办一览",
    group: "客服",
    home: ["agent"],
    needs: ["GET /api/v1/waiting"],
    View: lazy(() => import("./Waiting")),
  },
  {
    path: "/addresses",
    title: "地址待确认",
    group: "客服",
    needs: ["GET /api/v1/jobs", "POST /api/v1/jobs/{job_id}/address"],
    View: lazy(() => import("./Addresses")),
  },
  {
    path: "/dispatching",
    title: "派单台",
    group: "客服",
    needs: ["GET /api/v1/jobs", "GET /api/v1/jobs/{job_id}/dispatch", "GET /api/v1/waiting"],
    View: lazy(() => import("./Dispatching")),
  },
  {
    path: "/complaints",
    title: "投诉",
    group: "客服",
    needs: ["GET /api/v1/complaints", "GET /api/v1/jobs/{job_id}"],
    roles: [...AGENTS, "auditor", "finance", "dealer_owner", "dispatcher"],
    View: lazy(() => import("./Complaints")),
  },
  {
    path: "/service-requests",
    title: "维修申请",
    group: "客服",
    needs: ["GET /api/v1/service-requests", "GET /api/v1/price-list"],
    roles: [...AGENTS, "auditor", "finance", "dealer_owner", "dispatcher"],
    View: lazy(() => import("./ServiceRequests")),
  },
  {
    path: "/remote-fees",
    title: "远程费争议",
    group: "客服",
    needs: ["GET /api/v1/jobs", "GET /api/v1/jobs/{job_id}/remote-fee/case"],
    View: lazy(() => import("./RemoteFees")),
  },
  {
    path: "/late",
    title: "时效墙",
    group: "客服",
    needs: ["GET /api/v1/breaches", "GET /api/v1/breach-digest", "GET /api/v1/dealers"],
    View: lazy(() => import("./Late")),
  },
  {
    path: "/reviews",
    title: "平台评价",
    group: "客服",
    needs: ["GET /api/v1/reviews"],
    View: lazy(() => import("./Reviews")),
  },
  {
    path: "/suggestions",
    title: "商品页建议",
    group: "客服",
    needs: ["GET /api/v1/reports/suggestions"],
    View: lazy(() => import("./Suggestions")),
  },
  {
    path: "/promise",
    title: "承诺查询",
    group: "客服",
    needs: ["GET /api/v1/products"],
    roles: [...AGENTS, "dispatcher", "dealer_owner"],
    View: lazy(() => import("./PromiseLookup")),
  },
  {
    path: "/order-imports",
    title: "订单导入",
    group: "客服",
    needs: ["GET /api/v1/order-imports", "GET /api/v1/channels"],
    View: lazy(() => import("./Imports")),
  },
];
