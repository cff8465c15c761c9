import { Button, Form, type FormItemProps } from "antd";
import type { ReactElement } from "react";

export interface RowColumn {
  name: string;
  title: string;
  width?: number | string;
  free?: boolean;
  /** How the input calls its value, when not `value`. */
  valuePropName?: string;
  getValueProps?: FormItemProps["getValueProps"];
  normalize?: FormItemProps["normalize"];
  input: (label: string) => ReactElement;
}

/** Kept in hundredths (fen, basis points), shown whole (yuan, per cent). */
export const hundredth = scaled(100);

/** Kept as whole numbers of a smaller unit than the one shown. */
export function scaled(by: number): Pick<RowColumn, "getValueProps" | "normalize"> {
  return {
    getValueProps: (kept?: number | null) => ({ value: kept == null ? kept : kept / by }),
    normalize: (shown?: number | null) => (shown == null ? shown : Math.round(shown * by)),
  };
}

interface Props {
  name: string;
  columns: readonly RowColumn[];
  /** What a fresh row holds. */
  fresh: object;
  add: string;
}

/** A list of alike things, filled in row by row. */
export function RowsField({ name, columns, fresh, add }: Props) {
  return (
    <Form.List name={name}>
      {(rows, list) => (
        <div style={{ overflowX: "auto" }}>
          <table className="rows">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.name}>{column.title}</th>
                ))}
                <th />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  {columns.map(({ input, title, width, free, ...column }) => (
                    <td key={column.name} style={{ width }}>
                      <Form.Item {...column} name={[row.name, column.name]} noStyle rules={[{ required: !free, message: `第 ${row.name + 1} 行：请填写${title}` }]}>
                        {input(`${title}，第 ${row.name + 1} 行`)}
                      </Form.Item>
                    </td>
                  ))}
                  <td>
                    <Button size="small" type="text" onClick={() => list.remove(row.name)} aria-label={`删除第 ${row.name + 1} 行`}>
                      删除
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Button size="small" onClick={() => list.add(fresh)}>
            {add}
          </Button>
        </div>
      )}
    </Form.List>
  );
}
