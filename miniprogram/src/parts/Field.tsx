import { Input, Text, Textarea, View } from "@tarojs/components";

// A browser's own field lies inside the one that we name.
const NATIVE = (label: string) => (process.env.TARO_ENV === "h5" ? { nativeProps: { "aria-label": label } } : {});

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  kind?: "text" | "number" | "idcard" | "digit";
  /** Several lines. */
  long?: boolean;
  hint?: string;
  fault?: string | undefined;
  most?: number;
  id?: string;
}

export function Field({ label, value, onChange, kind = "text", long, hint = "", fault, most = 200, id }: Props) {
  const more = { placeholder: hint, maxlength: most, value, className: "tz-field__input", ...{ "aria-label": label }, ...(id ? { id } : {}) };
  const heard = (event: { detail: { value: string } }) => onChange(event.detail.value);
  return (
    <View className={`tz-field ${fault ? "tz-field--wrong" : ""}`}>
      <Text className="tz-field__label">{label}</Text>
      {long ? <Textarea {...more} {...NATIVE(label)} autoHeight onInput={heard} /> : <Input {...more} type={kind} onInput={heard} />}
      {fault && <Text className="tz-field__fault">{fault}</Text>}
    </View>
  );
}

interface ChoiceProps {
  label: string;
  options: readonly (readonly [code: string, name: string])[];
  value: string | undefined;
  onChange: (code: string) => void;
}

/** One of a few, each a thumb wide. */
export function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <View className="tz-field">
      <Text className="tz-field__label">{label}</Text>
      <View className="tz-choices" {...{ role: "radiogroup", "aria-label": label }}>
        {options.map(([code, name]) => (
          <View
            key={code}
            className={`tz-choice ${code === value ? "tz-choice--on" : ""}`}
            onClick={() => onChange(code)}
            {...{ role: "radio", tabIndex: 0, "aria-checked": code === value }}
          >
            {name}
          </View>
        ))}
      </View>
    </View>
  );
}
