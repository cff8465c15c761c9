import { Table, type TableProps } from "antd";
import { type ComponentRef, useEffect, useRef } from "react";

/** A table as wide as its words; where that is wider than its place it is moved sideways, by the keyboard too. */
export function WideTable<Row extends object>(props: TableProps<Row>) {
  const place = useRef<ComponentRef<typeof Table>>(null);
  useEffect(() => {
    const box = place.current?.nativeElement.querySelector<HTMLElement>(".ant-table-content");
    if (box && box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box?.removeAttribute("tabindex");
  });
  return <Table<Row> ref={place} size="small" pagination={false} scroll={{ x: "max-content" }} {...props} />;
}
