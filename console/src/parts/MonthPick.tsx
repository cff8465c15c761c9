import { DatePicker } from "antd";
import dayjs from "dayjs";

interface Props {
  /** `2026-12`. */
  value: string | undefined;
  onChange: (month: string | null) => void;
}

/** A month as a filter in the address. */
export const MonthPick = ({ value, onChange }: Props) => (
  <DatePicker
    picker="month"
    aria-label="月份"
    placeholder="月份"
    value={value && dayjs(value).isValid() ? dayjs(value) : null}
    onChange={(chosen) => onChange(chosen ? chosen.format("YYYY-MM") : null)}
  />
);
