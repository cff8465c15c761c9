import { Button, Drawer } from "antd";
import { useState } from "react";

import { api } from "@/api/client";
import { day, time } from "@/parts/format";
import { Lines, PAGED } from "@/parts/Lines";

const COLUMNS = [
  { title: "网点", dataIndex: "dealer_name" },
  { title: "入盟", dataIndex: "member_since", render: day },
  { title: "签署", dataIndex: "signed_at", render: (at: string | null) => (at ? time(at) : <strong>未签</strong>) },
];

/** Who signed a version, and who has not yet. */
export function Signatures({ version }: { version: number }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        签署情况
      </Button>
      <Drawer open={open} onClose={() => setOpen(false)} size={560} title={`第 ${version} 版协议签署情况`} destroyOnHidden>
        <Signed version={version} />
      </Drawer>
    </>
  );
}

function Signed({ version }: { version: number }) {
  const params = { path: { version }, query: { limit: 100 } };
  const asked = api.useInfiniteQuery("get", "/api/v1/alliance/agreements/{version}/signatures", { params }, PAGED);
  return <Lines asked={asked} columns={COLUMNS} rowKey={(line) => line.dealer_id} empty="没有联盟成员" />;
}
