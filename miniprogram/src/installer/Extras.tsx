import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage, Schemas } from "@/api";
import type { Waiting } from "@/offline";
import { shoot, useDeeds, useRead, useWaiting } from "@/shell";
import { Button, Card, Choice, Field, Icon, Money, Sheet, Tag, tell, yuan } from "@/parts";

import { added } from "./open";

type Charge = Schemas["ChargeCard"];
type Item = Schemas["JobPriceList"]["items"][number];

const BY = [["installer", "我收现款"], ["dealer", "网点收"], ["brand", "客户在手机上付"]] as const;
const KINDS: Readonly<Record<string, "good" | "wait" | "bad">> = { proposed: "wait", approved: "good", refused: "bad", disputed: "bad" };

/** What costs extra: from the price list alone, and only after the customer's yes. */
export function Extras({ job }: { job: JobPage }) {
  const [adding, setAdding] = useState(false);
  const { data } = useRead("/api/v1/jobs/{job_id}/charges", { path: { job_id: job.id } });
  const may = job.available_actions.includes("add_charge");
  const charges = data?.charges ?? [];
  const waiting = useWaiting(job.id).filter(({ state }) => state !== "foreign");
  const fresh = added(waiting);
  if (!may && charges.length === 0 && fresh.length === 0) return null;
  return (
    <View>
      <View className="tz-heading">另收的费用</View>
      {charges.map((charge) => <One key={charge.id} job={job} charge={charge} under={waiting.filter(({ state }) => state !== "refused").find(about(charge))} />)}
      {fresh.length > 0 && <Added job={job} added={fresh} />}
      {may && <Button id="add-charge" onPress={() => setAdding(true)}>加一项收费</Button>}
      {adding && <Add job={job} onClose={() => setAdding(false)} />}
    </View>
  );
}

const about = (charge: Charge) => ({ deed }: Waiting) => deed.address.includes(`/charges/${charge.id}/`);

/** Written down here and not yet known to the server: it is not to be added again. */
function Added({ job, added }: { job: JobPage; added: readonly Waiting[] }) {
  const { data } = useRead("/api/v1/jobs/{job_id}/price-list", { path: { job_id: job.id } });
  const name = (code: unknown) => data?.items.find((item) => item.code === code)?.name ?? String(code);
  return (
    <View>
      {added.map(({ deed: { id, body } }) => (
        <Card key={id} title={`${name(body.item)} × ${body.quantity}`} aside={<Tag kind="wait">待发送</Tag>}>
          <View className="tz-quiet">已记下，送达后请客户同意。</View>
        </Card>
      ))}
    </View>
  );
}

/** `under`: what was done about it and has not arrived; until it has, nothing else is. */
function One({ job, charge, under }: { job: JobPage; charge: Charge; under: Waiting | undefined }) {
  const [code, setCode] = useState("");
  const { act } = useDeeds(job.id);
  const may = (action: string) => job.available_actions.includes(action);
  const deed = (action: string, more = {}) => act(action, { charge_id: charge.id, ...more });
  const [open, agreed] = under ? [] : [charge.status === "proposed", charge.status === "approved" && !charge.settled];
  return (
    <Card title={charge.name} aside={<State charge={charge} under={under} />}>
      <View>{charge.text}</View>
      {open && <View className="tz-quiet">请客户在自己的手机上同意；客户没有微信时，请他把短信里的六位码告诉您。</View>}
      {open && may("approve_charge") && (
        <View>
          <Field id={`code-${charge.id}`} label="客户的六位码" kind="number" value={code} onChange={setCode} most={6} />
          <Button small kind="main" off={code.length !== 6} onPress={() => deed("approve_charge", { code })}>客户同意了</Button>
        </View>
      )}
      {agreed && may("settle_charge") && charge.collected_by !== "brand" && (
        <Button kind="main" id={`settle-${charge.id}`} onPress={() => deed("settle_charge")}>已收到 <Money fen={charge.amount_fen} /></Button>
      )}
      {(open || agreed) && may("withdraw_charge") && <Button kind="plain" small onPress={() => deed("withdraw_charge")}>不收这一项了</Button>}
    </Card>
  );
}

function State({ charge, under }: { charge: Charge; under: Waiting | undefined }) {
  if (under) return under.state === "refused" ? <Tag kind="bad">未被接受</Tag> : <Tag kind="wait">待发送</Tag>;
  return <Tag kind={KINDS[charge.status]}>{charge.settled ? "已收款" : charge.status_name}</Tag>;
}

function Add({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const { data } = useRead("/api/v1/jobs/{job_id}/price-list", { path: { job_id: job.id } });
  const [item, setItem] = useState<Item>();
  const [quantity, setQuantity] = useState(1);
  const [by, setBy] = useState<string>("installer");
  const [photo, setPhoto] = useState<string>();
  const { act, photograph } = useDeeds(job.id);
  const items = data?.items ?? [];
  const slot = job.slots.find((one) => one.phase !== "after") ?? job.slots[0];
  const picture = async () => {
    const taken = slot && (await shoot());
    if (taken) setPhoto((await photograph(slot.code, taken)).id);
  };
  const add = async () => {
    if (!item) return tell.failed("请先选一项");
    if (item.needs_photo && !photo) return tell.failed("事先没有告知客户的收费，要先拍一张照片说明原因");
    await act("add_charge", { item: item.code, quantity, collected_by: by }, photo ? { photo_id: photo } : undefined);
    tell.done("已记下，请客户同意");
    onClose();
  };
  const options = items.map((one) => [one.code, `${one.name} ${yuan(one.price_fen)}/${one.unit}`] as const);
  return (
    <Sheet
      title="加一项收费"
      open
      onClose={onClose}
      ways={
        <>
          <Button kind="main" id="add-charge-now" off={!item} onPress={add}>
            {item ? `请客户同意 ${yuan(item.price_fen * quantity)}` : "请先选一项"}
          </Button>
          <Button kind="plain" onPress={onClose}>返回</Button>
        </>
      }
    >
      {job.assured && <View className="tz-note">已包含，不能另收：{job.assured.free.join("、")}</View>}
      <Choice label="要加哪一项？" options={options} value={item?.code} onChange={(code) => setItem(items.find((one) => one.code === code))} />
      <Count id="quantity" label={item ? `几${item.unit}？` : "数量"} value={quantity} onChange={setQuantity} />
      <Choice label="谁收款" options={BY} value={by} onChange={setBy} />
      {item?.needs_photo && (
        <Button id="charge-photo" onPress={picture}><Icon name={photo ? "check" : "camera"} />{photo ? "已拍照片" : "拍照说明为什么要加"}</Button>
      )}
    </Sheet>
  );
}

/** With wet gloves: less and more, no keyboard. */
function Count({ id, label, value, onChange }: { id: string; label: string; value: number; onChange: (value: number) => void }) {
  return (
    <View className="tz-field">
      <View className="tz-field__label">{label}</View>
      <View className="tz-row">
        <Button small id={`${id}-less`} label="少一个" off={value <= 1} onPress={() => onChange(value - 1)}>−</Button>
        <View className="tz-sum" id={id}>{value}</View>
        <Button small id={`${id}-more`} label="多一个" off={value >= 99} onPress={() => onChange(value + 1)}>+</Button>
      </View>
    </View>
  );
}
