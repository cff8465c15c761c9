import { Badge } from "antd";
import { Link } from "react-router";

import { api } from "@/api/client";

const MINUTE = 60_000;
const MOST = 20;

/** The way to one's notices, with how many wait. */
export function Bell() {
  const asked = api.useQuery("get", "/api/v1/inbox", { params: { query: { unread: true, limit: MOST } } }, { refetchInterval: MINUTE, staleTime: MINUTE });
  const unread = asked.data?.items.length ?? 0;
  return (
    <Link to="/inbox" aria-label={unread ? `通知，${unread} 条未读` : "通知"}>
      通知 <Badge count={unread} overflowCount={MOST - 1} size="small" />
    </Link>
  );
}
