import { Checkbox, Form, Table } from "antd";

import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { options, PLATFORMS, SCHEMES, word } from "@/app/words";
import { DealerPick } from "@/parts/dealers";
import { Deed } from "@/parts/Deed";
import { ChoiceField, TextField } from "@/parts/fields";
import { Loaded } from "@/parts/Loaded";

type Channel = Schemas["ChannelLine"];
type Body = Schemas["ChannelBody"];

const yes = (is: boolean): string => (is ? "是" : "否");

const COLUMNS = [
  { title: "店铺", dataIndex: "name" },
  { title: "编码", dataIndex: "code" },
  { title: "平台", dataIndex: "platform", render: (platform: string) => word(PLATFORMS, platform) },
  { title: "经营方", dataIndex: "operator_name", render: (name: string | null) => name ?? "品牌" },
  { title: "合作方式", dataIndex: "scheme", render: (scheme: string) => word(SCHEMES, scheme) },
  { title: "不答复即验收", dataIndex: "silence_confirms", render: yes },
  { title: "承诺写明空跑费", dataIndex: "trip_fee_shown", render: yes },
  { title: "", render: (_: unknown, channel: Channel) => <Edit channel={channel} /> },
];

/** The shops, who runs each, and what their promises say. */
export default function Channels() {
  const asked = api.useQuery("get", "/api/v1/channels", { params: { query: { limit: 100 } } });
  return (
    <div className="page">
      <h1>渠道与店铺</h1>
      <div className="filters">
        <Edit />
      </div>
      <Loaded asked={asked}>
        {({ items }) => <Table<Channel> size="small" pagination={false} columns={COLUMNS} dataSource={items} rowKey="id" locale={{ emptyText: "还没有店铺" }} />}
      </Loaded>
    </div>
  );
}

/** Known by its code, which stays. */
function Edit({ channel }: { channel?: Channel }) {
  const may = useMay();
  if (!may("POST /api/v1/channels")) return null;
  const fresh: Partial<Body> = { scheme: "share", silence_confirms: true, trip_fee_shown: false };
  return (
    <Deed<Body>
      label={channel ? "修改" : "新增店铺"}
      title={channel ? `修改：${channel.name}` : undefined}
      size={channel && "small"}
      type={channel ? undefined : "primary"}
      initial={(channel as Partial<Body> | undefined) ?? fresh}
      send={(told, once) => http.POST("/api/v1/channels", { params: { header: { ...once } }, body: { ...told, code: channel?.code ?? told.code } })}
    >
      {!channel && <TextField name="code" label="编码" help="字母、数字、横线；商品页的小部件用它，以后不能改" />}
      <TextField name="name" label="名称" />
      <ChoiceField name="platform" label="平台" options={options(PLATFORMS)} />
      <Form.Item name="operator_dealer_id" label="经营方" extra="不选：品牌自营">
        <DealerPick />
      </Form.Item>
      <ChoiceField name="scheme" label="合作方式" options={options(SCHEMES)} />
      <Form.Item name="silence_confirms" valuePropName="checked" style={{ marginBottom: 8 }}>
        <Checkbox>客户到期不答复即视为验收（下单前已写明）</Checkbox>
      </Form.Item>
      <Form.Item name="trip_fee_shown" valuePropName="checked">
        <Checkbox>承诺里写明空跑费由客户承担</Checkbox>
      </Form.Item>
    </Deed>
  );
}
