import { Result, Tabs } from "antd";
import { Link, useParams } from "react-router";

import { useDealers } from "@/parts/dealers";
import { number, useFilters } from "@/parts/filters";
import { CapacityOf } from "@/pages/dealers/Capacity";
import { Authorisations } from "./Authorisations";
import { DealerCoverage } from "./DealerCoverage";
import { Skills } from "./Skills";

/** One dealer: where it goes, how much it can do, and who can do what. */
export default function Dealer() {
  const dealer = number(useParams().dealerId);
  const names = useDealers();
  const [filters, set] = useFilters("tab");
  if (dealer === undefined) return <Result status="404" title="没有这个网点" />;
  const tabs = [
    { key: "coverage", label: "服务范围", children: <DealerCoverage dealer={dealer} /> },
    { key: "capacity", label: "产能", children: <CapacityOf dealer={dealer} /> },
    { key: "authorisations", label: "品类授权", children: <Authorisations dealer={dealer} /> },
    { key: "skills", label: "师傅技能与证书", children: <Skills dealer={dealer} /> },
  ];
  return (
    <div className="page">
      <h1>
        <Link to="/dealers">网点</Link> / {names.get(dealer) ?? dealer} <Link className="small" to={`/people?dealer_id=${dealer}`}>人员</Link>
      </h1>
      <Tabs items={tabs} activeKey={filters.tab ?? "coverage"} onChange={(tab) => set("tab", tab)} destroyOnHidden />
    </div>
  );
}
