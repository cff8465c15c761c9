import { lazy } from "react";

import type { Page } from "@/app/page";

const DESK = ["dealer_owner", "dispatcher"];

export const dealers: readonly Page[] = [
  {
    path: "/offers",
    title: "派单",
    group: "网点",
    needs: ["GET /api/v1/offers"],
    roles: DESK,
    View: lazy(() => import("./Offers")),
  },
  {
    path: "/team",
    title: "人员",
    group: "网点",
    needs: ["GET /api/v1/people", "GET /api/v1/invitations", "GET /api/v1/dealers/{dealer_id}/installers"],
    roles: ["dealer_owner"],
    View: lazy(() => import("./Team")),
  },
  {
    path: "/crew",
    title: "师傅",
    group: "网点",
    needs: ["GET /api/v1/dealers/{dealer_id}/installers"],
    roles: ["dispatcher"],
    View: lazy(() => import("./Installers")),
  },
  {
    path: "/days",
    title: "师傅行程",
    group: "网点",
    needs: ["GET /api/v1/dealers/{dealer_id}/days", "GET /api/v1/dealers/{dealer_id}/installers"],
    roles: DESK,
    View: lazy(() => import("./Days")),
  },
  {
    path: "/capacity",
    title: "产能日历",
    group: "网点",
    needs: ["GET /api/v1/dealers/{dealer_id}/capacity", "GET /api/v1/dealers/{dealer_id}/capacity/taken", "GET /api/v1/dealers/{dealer_id}/auto-accept", "GET /api/v1/promotion-days", "GET /api/v1/calendar/{year}"],
    roles: DESK,
    View: lazy(() => import("./Capacity")),
  },
  {
    path: "/pay",
    title: "师傅结算",
    group: "网点",
    needs: ["GET /api/v1/installer-settlements", "GET /api/v1/installer-settlements/lines", "GET /api/v1/installer-rates", "GET /api/v1/dealers/{dealer_id}/installers"],
    roles: ["dealer_owner"],
    View: lazy(() => import("./Pay")),
  },
  {
    path: "/course",
    title: "联盟奖励",
    group: "网点",
    needs: ["GET /api/v1/alliance/outlook", "GET /api/v1/alliance/agreements"],
    roles: ["dealer_owner"],
    View: lazy(() => import("./Course")),
  },
  {
    path: "/own-breaches",
    title: "超时与申诉",
    group: "网点",
    needs: ["GET /api/v1/breaches"],
    roles: DESK,
    View: lazy(() => import("./Breaches")),
  },
];
