import { useQueries } from "@tanstack/react-query";
import { Select } from "antd";

import { api, http } from "@/api/client";

interface Props {
  value: string | undefined;
  onChange: (slot: string | undefined) => void;
}

/** The shots that any category's checklist asks for. */
export function SlotPick({ value, onChange }: Props) {
  const categories = api.useQuery("get", "/api/v1/categories", {}, { staleTime: 600_000 });
  const slots = useQueries({
    queries: (categories.data?.items ?? []).map(({ code }) => ({
      queryKey: ["slots", code],
      queryFn: async () => (await http.GET("/api/v1/categories/{code}/checklist", { params: { path: { code } } })).data!.items,
      staleTime: 600_000,
    })),
    combine: (answers) => new Map(answers.flatMap(({ data }) => data ?? []).map((slot) => [slot.code, slot.name])),
  });
  const shown = [...slots].map(([code, label]) => ({ value: code, label }));
  return <Select aria-label="拍照项" allowClear showSearch optionFilterProp="label" placeholder="拍照项" style={{ width: 170 }} options={shown} value={value} onChange={onChange} />;
}
