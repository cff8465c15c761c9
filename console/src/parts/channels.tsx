import { Select } from "antd";

import { api, type Schemas } from "@/api/client";
import type { Words } from "@/app/words";

type Channel = Schemas["ChannelLine"];

/** The shops that this person may know, asked once in a while. */
export function useChannels(): readonly Channel[] {
  return api.useQuery("get", "/api/v1/channels", { params: { query: { limit: 100 } } }, { staleTime: 600_000 }).data?.items ?? [];
}

/** Their names by their numbers. */
export const useChannelNames = (): Words => Object.fromEntries(useChannels().map(({ id, name }) => [String(id), name]));

export function ChannelName({ id }: { id: number | null | undefined }) {
  const name = useChannels().find((channel) => channel.id === id)?.name;
  return <>{name ?? id ?? "—"}</>;
}

interface Props {
  id?: string;
  value?: number;
  onChange?: (value: number | undefined) => void;
}

/** A shop, for a filter or a field. */
export const ChannelPick = ({ id, value, onChange }: Props) => (
  <Select
    id={id}
    allowClear
    showSearch
    optionFilterProp="label"
    placeholder="店铺"
    aria-label="店铺"
    style={{ minWidth: 160 }}
    options={useChannels().map((channel) => ({ value: channel.id, label: channel.name }))}
    value={value}
    onChange={onChange}
  />
);
