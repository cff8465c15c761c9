import { Alert, Button, Card, Descriptions, Space } from "antd";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { ROLES, type Words, word } from "@/app/words";
import { FORMS } from "@/made/forms";
import { ActionForm } from "@/parts/ActionForm";
import { metres, money, time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";

type Case = Schemas["RemoteCase"];

const MEASURED: Words = { straight: "直线", road: "道路" };

/** All that a verdict over the way rests on, and the verdict. Looking at it is on record: it shows where somebody lives. */
export function RemoteCase({ jobId }: { jobId: number }) {
  const asked = api.useQuery("get", "/api/v1/jobs/{job_id}/remote-fee/case", { params: { path: { job_id: jobId } } });
  return <Loaded asked={asked}>{(found) => <Shown found={found} />}</Loaded>;
}

function Shown({ found }: { found: Case }) {
  const { suggestion, dispute } = found;
  return (
    <div>
      <Alert
        type={suggestion.decided ? "info" : "warning"}
        showIcon
        title={suggestion.text}
        description={suggestion.ground_names.length > 0 && `须由客服裁定，因为：${suggestion.ground_names.join("；")}`}
      />
      <div className="deeds">
        <Deeds found={found} />
      </div>
      <div className="columns">
        <Facts
          title="争议"
          rows={[
            ["工单", <Link key="job" to={`/jobs/${found.job_id}`}>{found.job_id}</Link>],
            ["网点", found.dealer_name],
            ["提出", dispute && `${time(dispute.opened_at)} ${word(ROLES, dispute.opened_by_role)}`],
            ["不裁定则", dispute?.rule_by && `${time(dispute.rule_by)} 按现有证据处理`],
            ["裁定", dispute?.ruled_at && `${time(dispute.ruled_at)}，客户付 ${money(dispute.customer_fen)}`],
            ["已向客户收取", money(found.collected_fen)],
          ]}
        />
        <Facts
          title="按证据算"
          rows={[
            ["应付远程费", money(suggestion.owed_fen)],
            ["下单前承诺", suggestion.promised_fen == null ? "没有" : money(suggestion.promised_fen)],
            ["客户付", money(suggestion.customer_fen)],
            ["品牌付", money(suggestion.brand_fen)],
          ]}
        />
        <Facts
          title="下单前的承诺"
          rows={[
            ["承诺于", found.promise && time(found.promise.made_at)],
            ["原文", found.promise?.text ?? "没有找到"],
            ["距离", found.promise && metres(found.promise.distance_m)],
          ]}
        />
        <Facts
          title="路程"
          rows={[
            ["算式", found.way?.arithmetic],
            ["距离", found.way && `${metres(found.way.distance_m)}（${word(MEASURED, found.way.measured)}）`],
            ["议定", found.way?.agreed_fen != null && money(found.way.agreed_fen)],
            ["规则", found.rule && `第 ${found.rule.version} 版：免费 ${metres(found.rule.free_m)}，之外每公里 ${money(found.rule.per_km_fen)}`],
          ]}
        />
        <Facts
          title="签到与照片"
          rows={[
            ["签到", found.check_in ? `${time(found.check_in.occurred_at)}，距客户 ${metres(found.check_in.distance_m)}` : "没有签到"],
            ["说明", found.check_in?.reason],
            ["照片", `${found.photos} 张`],
          ]}
        />
        {found.charges.length > 0 && <Facts title="其他收费" rows={found.charges.map((charge) => [charge.name, `${charge.text}（${charge.status_name}）`])} />}
      </div>
    </div>
  );
}

type Row = readonly [string, ReactNode];

function Facts({ title, rows }: { title: string; rows: readonly Row[] }) {
  const items = rows.filter(([, told]) => told).map(([label, children], place) => ({ key: place, label, children }));
  return (
    <Card size="small" title={title}>
      <Descriptions size="small" column={1} items={items} />
    </Card>
  );
}

function Deeds({ found }: { found: Case }) {
  const [chosen, choose] = useState<string | null>(null);
  const actions = found.available_actions.filter((action) => FORMS[action]?.path.includes("/remote-fee/"));
  const form = chosen ? FORMS[chosen] : undefined;
  return (
    <Space wrap>
      {actions.map((action) => (
        <Button key={action} type={action.startsWith("rule") ? "primary" : "default"} onClick={() => choose(action)}>
          {FORMS[action]?.name}
        </Button>
      ))}
      {form && <ActionForm form={form} ids={{ job_id: found.job_id }} onClose={() => choose(null)} />}
    </Space>
  );
}
