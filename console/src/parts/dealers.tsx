import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";

import { http } from "@/api/client";
import { useMe } from "@/app/session";

/** All dealers' names by their numbers, fetched once in a while: lists name a dealer by its number alone. */
export function useDealers(): ReadonlyMap<number, string> {
  const { data } = useQuery({ queryKey: ["dealers", "names"], queryFn: names, staleTime: 600_000 });
  return data ?? NONE;
}

const NONE: ReadonlyMap<number, string> = new Map();

async function names(): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  let cursor: string | undefined;
  do {
    const { data } = await http.GET("/api/v1/dealers", { params: { query: { cursor, limit: 100 } } });
    for (const { id, name } of data?.items ?? []) found.set(id, name);
    cursor = data?.next_cursor ?? undefined;
  } while (cursor);
  return found;
}

export function DealerName({ id }: { id: number | null | undefined }) {
  const dealers = useDealers();
  return <>{id == null ? "—" : (dealers.get(id) ?? id)}</>;
}

interface Props {
  id?: string;
  value?: number;
  onChange?: (value: number | undefined) => void;
}

/** For a filter or a field; a dealer's own people have nothing to choose. */
export function DealerPick({ id, value, onChange }: Props) {
  const dealers = useDealers();
  const { dealer_id } = useMe();
  if (dealer_id != null) return null;
  return (
    <Select
      id={id}
      allowClear
      showSearch
      optionFilterProp="label"
      placeholder="网点"
      aria-label="网点"
      style={{ minWidth: 200 }}
      options={[...dealers].map(([dealer, label]) => ({ value: dealer, label }))}
      value={value}
      onChange={onChange}
    />
  );
}
