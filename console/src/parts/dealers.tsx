import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo } from "react";

import { http, type Schemas } from "@/api/client";
import { useMe } from "@/app/session";

type Dealer = Schemas["DealerLine"];

/** All dealers by their numbers, fetched once in a while: lists name a dealer by its number alone. */
export function useDealerLines(): ReadonlyMap<number, Dealer> {
  const { data } = useQuery({ queryKey: ["dealers", "all"], queryFn: all, staleTime: 600_000 });
  return data ?? NONE;
}

const NONE: ReadonlyMap<number, Dealer> = new Map();

/** Their names alone. */
export function useDealers(): ReadonlyMap<number, string> {
  const dealers = useDealerLines();
  return useMemo(() => new Map([...dealers].map(([id, dealer]) => [id, dealer.name])), [dealers]);
}

async function all(): Promise<ReadonlyMap<number, Dealer>> {
  const found = new Map<number, Dealer>();
  let cursor: string | undefined;
  do {
    const { data } = await http.GET("/api/v1/dealers", { params: { query: { cursor, limit: 100 } } });
    for (const dealer of data?.items ?? []) found.set(dealer.id, dealer);
    cursor = data?.next_cursor ?? undefined;
  } while (cursor);
  return found;
}

export function DealerName({ id }: { id: number | null | undefined }) {
  const dealers = useDealerLines();
  return <>{id == null ? "—" : (dealers.get(id)?.name ?? id)}</>;
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
