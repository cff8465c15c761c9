import { Button, Empty } from "antd";

import { api } from "@/api/client";
import { number, useFilters } from "@/parts/filters";
import { time } from "@/parts/format";
import { PAGED } from "@/parts/Lines";
import { Loaded } from "@/parts/Loaded";
import { RemoteCase } from "./RemoteCase";

const QUERY = { params: { query: { queue: "remote_fee", limit: 50 } } } as const;

/** Who pays for the way, where somebody does not agree: the cases on the left, all that one rests on beside them. */
export default function RemoteFees() {
  const [filters, set] = useFilters("job");
  const asked = api.useInfiniteQuery("get", "/api/v1/jobs", QUERY, PAGED);
  return (
    <div className="page">
      <h1>远程费争议</h1>
      <Loaded asked={asked}>
        {({ pages }) => {
          const lines = pages.flatMap((page) => page.items);
          const shown = number(filters.job) ?? lines[0]?.id;
          if (shown === undefined) return <Empty description="没有待裁定的远程费" />;
          return (
            <div className="beside">
              <nav aria-label="待裁定的工单">
                {lines.map((line) => (
                  <button key={line.id} type="button" className="choice" aria-current={line.id === shown} onClick={() => set("job", line.id)}>
                    <strong>工单 {line.id}</strong> {line.product_name}
                    <span className="quiet">
                      {line.dealer_name} · 等待自 {time(line.queued_at)}
                    </span>
                  </button>
                ))}
                {asked.hasNextPage && (
                  <Button block loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
                    更多
                  </Button>
                )}
              </nav>
              <RemoteCase key={shown} jobId={shown} />
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}
