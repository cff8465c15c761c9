import { Button, Card, Descriptions, Tag } from "antd";
import { useMutation } from "@tanstack/react-query";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { span, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { useTold } from "@/parts/told";

/** What was shown to the customer before he bought, in the same words. */
export function Promised({ job }: { job: Schemas["JobPage"] }) {
  return (
    <Card size="small" title="下单前的承诺">
      {job.promise_id ? <Shown token={job.promise_id} sku={job.sku} /> : <span className="quiet">没有找到客户下单前看到的承诺</span>}
    </Card>
  );
}

function Shown({ token, sku }: { token: string; sku: string }) {
  const asked = api.useQuery("get", "/api/v1/promises/{token}", { params: { path: { token } } });
  return (
    <Loaded asked={asked}>
      {({ made_at, answer }) => {
        const line = answer.lines.find((one) => one.sku === sku);
        const items = [
          { label: "承诺于", children: time(made_at) },
          { label: "服务", children: line?.text },
          { label: "最早时段", children: line?.windows[0] && span(line.windows[0].start, line.windows[0].end) },
          { label: "含", children: line?.included.join("、") },
          { label: "远程费", children: line?.remote?.text },
          { label: "空跑", children: line?.trip?.text },
          { label: "验收", children: answer.silence_text },
        ];
        return (
          <>
            <Descriptions size="small" column={1} items={items.filter((item) => item.children).map((item) => ({ key: item.label, ...item }))} />
            <Proof token={token} />
          </>
        );
      }}
    </Loaded>
  );
}

/** For who doubts it: computed again from the versions that it names. */
function Proof({ token }: { token: string }) {
  const may = useMay();
  const told = useTold("已重算");
  const prove = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/promise-proofs", { body: { promise_id: token } })).data!,
    onError: told.onError,
  });
  if (!may("POST /api/v1/promise-proofs")) return null;
  return (
    <div role="status">
      <Button size="small" loading={prove.isPending} onClick={() => prove.mutate()}>
        按当时的规则重算
      </Button>{" "}
      {prove.data && (prove.data.same ? <Tag color="green">与当时所示一字不差</Tag> : <Tag color="red">{`重算不同：${prove.data.again.text}`}</Tag>)}
    </div>
  );
}
