import { Alert, Button, Skeleton } from "antd";
import type { ReactNode } from "react";

import { said } from "@/api/problem";

interface Asked<T> {
  data?: T;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** One answer: a skeleton while it is fetched, the server's words and a way on when it failed. */
export function Loaded<T>({ asked, children }: { asked: Asked<T>; children: (data: T) => ReactNode }) {
  if (asked.data !== undefined) return <>{children(asked.data)}</>;
  if (asked.isPending) return <Skeleton active paragraph={{ rows: 6 }} />;
  return (
    <Alert
      type="error"
      showIcon
      title={said(asked.error)}
      action={<Button onClick={() => void asked.refetch()}>重试</Button>}
    />
  );
}
