import { DatePicker } from "antd";
import dayjs from "dayjs";

interface Props {
  since?: string;
  until?: string;
  onChange: (name: "since" | "until", day: string | null) => void;
}

const day = (text: string | undefined) => (text && dayjs(text).isValid() ? dayjs(text) : null);

/** Two days in Shanghai, both included; empty leaves it to the server. */
export function DayRange({ since, until, onChange }: Props) {
  return (
    <DatePicker.RangePicker
      value={[day(since), day(until)]}
      allowEmpty={[true, true]}
      onChange={(_, [first, last]) => {
        onChange("since", first || null);
        onChange("until", last || null);
      }}
    />
  );
}
