import { Cascader } from "antd";
import { useState } from "react";

import { http } from "@/api/client";

interface Option {
  value: string;
  label: string;
  isLeaf: boolean;
  children?: Option[];
}

interface Props {
  id?: string;
  /** The codes on the way down; the last one is meant. */
  value?: string[];
  onChange?: (way: string[]) => void;
}

const TOWN = 4;

async function below(parent: string | undefined): Promise<Option[]> {
  const { data } = await http.GET("/api/v1/divisions", { params: { query: { parent } } });
  return (data?.items ?? []).map(({ code, name, level }) => ({ value: code, label: name, isLeaf: level >= TOWN }));
}

/** A province, city, district or town, each level fetched when the one above it is opened. */
export function DivisionPick({ id, value, onChange }: Props) {
  const [options, setOptions] = useState<Option[]>([]);
  const begin = (open: boolean) => {
    if (open && options.length === 0) void below(undefined).then(setOptions);
  };
  const more = async (way: Option[]) => {
    const last = way.at(-1)!;
    last.children = await below(last.value);
    if (last.children.length === 0) last.isLeaf = true;
    setOptions((shown) => [...shown]);
  };
  return (
    <Cascader
      id={id}
      changeOnSelect
      placeholder="省 / 市 / 区县 / 街道"
      style={{ width: "100%" }}
      options={options}
      value={value}
      onOpenChange={begin}
      loadData={(way) => void more(way as Option[])}
      onChange={(way) => onChange?.(way as string[])}
    />
  );
}
