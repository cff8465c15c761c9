import { Alert, Button, type TableColumnsType, type TableProps } from "antd";
import type { Key } from "react";

import { said } from "@/api/problem";
import { WideTable } from "./WideTable";

/** How a list asks for its next page; the third argument of `api.useInfiniteQuery` takes it.
 *
 * Trap: a list and a single question with the very same parameters share one place in the cache, in two shapes; they
 * ask with another `limit`.
 */
export const PAGED = {
  pageParamName: "cursor",
  initialPageParam: null as string | null,
  getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor,
};

interface Asked<Line> {
  data?: { pages: { items: Line[] }[] };
  error: unknown;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

interface Props<Line> {
  asked: Asked<Line>;
  columns: TableColumnsType<Line>;
  rowKey: (line: Line) => Key;
  empty: string;
  onOpen?: (line: Line) => void;
  selection?: TableProps<Line>["rowSelection"];
  expandable?: TableProps<Line>["expandable"];
  /** Many narrow columns: heads wrap, nothing is pushed out of sight. */
  fit?: boolean;
}

/** A list with its three other faces: being fetched, empty, failed. */
export function Lines<Line extends object>({ asked, columns, rowKey, empty, onOpen, selection, expandable, fit }: Props<Line>) {
  if (asked.error && !asked.data)
    return (
      <Alert
        type="error"
        showIcon
        title={said(asked.error)}
        action={<Button onClick={() => void asked.refetch()}>重试</Button>}
      />
    );
  return (
    <>
      <WideTable<Line>
        columns={columns}
        rowKey={rowKey}
        dataSource={asked.data?.pages.flatMap((page) => page.items) ?? []}
        loading={asked.isPending}
        rowSelection={selection}
        expandable={expandable}
        locale={{ emptyText: asked.isPending ? " " : empty }}
        {...(fit && { scroll: undefined })}
        onRow={onOpen && ((line) => ({ onDoubleClick: () => onOpen(line) }))}
      />
      {asked.hasNextPage && (
        <Button block style={{ marginTop: 8 }} loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          更多
        </Button>
      )}
    </>
  );
}
