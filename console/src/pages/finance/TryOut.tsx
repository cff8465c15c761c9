import { Button, Card, Form, InputNumber, Select } from "antd";
import { useMutation } from "@tanstack/react-query";

import { http, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { BASE_FEES, options, SCHEMES, ZONES } from "@/app/words";
import { money } from "@/parts/format";
import { bodyOf, ruleOf } from "./RuleFields";
import dayjs from "dayjs";

interface Case extends Omit<Schemas["CaseBody"], "distance_m"> {
  km?: number;
}

/** One case reckoned by this version, with its arithmetic. */
export function TryOut({ rule }: { rule: Schemas["RuleLine"] }) {
  const reckon = useMutation({
    mutationFn: async ({ km, ...told }: Case) => {
      const { data } = await http.POST("/api/v1/fee-rules/preview", {
        body: { case: { ...told, distance_m: km == null ? null : Math.round(km * 1_000) }, rule: ruleOf(rule, { effective_from: dayjs(rule.effective_from) }) },
      });
      return data!;
    },
  });
  const categories = bodyOf(rule).categories.map(({ code, name }) => ({ value: code, label: name }));
  return (
    <Card size="small" title="试算一单">
      <Form<Case> layout="inline" style={{ rowGap: 8 }} initialValues={{ category: categories[0]?.value, zone: "free", kind: "install", scheme: "share", units: 1 }} onFinish={(values) => reckon.mutate(values)}>
        <Choice name="category" label="品类" from={categories} />
        <Choice name="zone" label="区域" from={options(ZONES)} />
        <Choice name="kind" label="类型" from={options(BASE_FEES)} />
        <Choice name="scheme" label="合作方式" from={options(SCHEMES)} />
        <Form.Item name="units" label="台数">
          <InputNumber min={1} precision={0} style={{ width: 72 }} />
        </Form.Item>
        <Form.Item name="km" label="公里">
          <InputNumber min={0} style={{ width: 88 }} />
        </Form.Item>
        <Button htmlType="submit" loading={reckon.isPending}>
          试算
        </Button>
      </Form>
      <div role="status">
        {reckon.error && <p>{said(reckon.error)}</p>}
        {reckon.data && <Reckoned preview={reckon.data} />}
      </div>
    </Card>
  );
}

function Reckoned({ preview }: { preview: Schemas["Preview"] }) {
  return (
    <ul className="plain" style={{ marginTop: 12 }}>
      {preview.parts.map((part) => (
        <li key={part.text}>
          {part.text}
          {part.times > 1 && ` × ${part.times}`}
        </li>
      ))}
      <li>
        <strong>{preview.negotiated ? "超出里程，须与网点协商" : `合计 ${money(preview.total_fen)}`}</strong>
      </li>
    </ul>
  );
}

const Choice = ({ name, label, from }: { name: string; label: string; from: { value: string; label: string }[] }) => (
  <Form.Item name={name} label={label}>
    <Select style={{ width: 128 }} options={from} />
  </Form.Item>
);
