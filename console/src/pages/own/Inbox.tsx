import { Button, Segmented } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";

import { api, http, type Schemas } from "@/api/client";
import { useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

type Line = Schemas["InboxLine"];

const SHOWN = [
  { value: "", label: "未读" },
  { value: "all", label: "全部" },
];

/** What one was told, whether or not it also came to the telephone. */
export default function Inbox() {
  const [filters, set] = useFilters("shown");
  const query = { unread: filters.shown ? undefined : true, limit: 50 };
  const asked = api.useInfiniteQuery("get", "/api/v1/inbox", { params: { query } }, PAGED);
  const lines = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = lines.filter((line) => !line.read_at);
  const { read, reading } = useRead();
  const columns = [
    { title: "时间", dataIndex: "created_at", render: time, className: "numbers" },
    { title: "通知", render: (_: unknown, line: Line) => (line.read_at ? line.title : <strong>{line.title}</strong>) },
    { title: "内容", dataIndex: "body", render: (body: string) => <div className="words">{body}</div> },
    { title: "工单", dataIndex: "job_id", render: (id: number | null, line: Line) => id && <Link to={`/jobs/${id}`} onClick={() => !line.read_at && read([line.id])}>{id}</Link> },
    {
      title: "",
      key: "read",
      render: (_: unknown, line: Line) =>
        !line.read_at && (
          <Button size="small" disabled={reading} onClick={() => read([line.id])}>
            已读
          </Button>
        ),
    },
  ];
  return (
    <div className="page">
      <h1>通知</h1>
      <div className="filters">
        <Segmented aria-label="哪些通知" options={SHOWN} value={filters.shown ?? ""} onChange={(shown) => set("shown", shown)} />
        <Button disabled={unread.length === 0} loading={reading} onClick={() => read(unread.map((line) => line.id))}>
          列出的全部已读
        </Button>
      </div>
      <Lines asked={asked} columns={columns} rowKey={(line) => line.id} empty={filters.shown ? "没有通知" : "没有未读的通知"} />
    </div>
  );
}

function useRead() {
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: async (ids: number[]) => {
      for (const item_id of ids) await http.POST("/api/v1/inbox/{item_id}/read", { params: { path: { item_id } } });
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ["get", "/api/v1/inbox"] }),
  });
  return { read: mutate, reading: isPending };
}
