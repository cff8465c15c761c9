import { DatePicker, Form, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { http, type Schemas } from "@/api/client";
import { CERTIFICATES, options } from "@/app/words";
import { useCategories } from "@/parts/categories";
import { Deed } from "@/parts/Deed";
import { Installers } from "@/pages/dealers/Installers";

type Installer = Schemas["InstallerLine"];

interface Told {
  levels: Record<string, number | undefined>;
  certificates: Record<string, Dayjs | null | undefined>;
}

const LEVELS = [1, 2, 3, 4].map((value) => ({ value, label: `${value} 级` }));

/** What a dealer's installers may be sent to. */
export const Skills = ({ dealer }: { dealer: number }) => <Installers dealer={dealer} deed={(installer) => <Edit dealer={dealer} installer={installer} />} />;

function Edit({ dealer, installer }: { dealer: number; installer: Installer }) {
  const categories = useCategories();
  const path = { dealer_id: dealer, person_id: installer.person_id };
  return (
    <Deed<Told>
      size="small"
      label="修改"
      title={`技能与证书：${installer.name}`}
      initial={{
        levels: Object.fromEntries(installer.skills.map((one) => [one.category_code, one.level])),
        certificates: Object.fromEntries(installer.certificates.map((one) => [one.kind, dayjs(one.expires_on)])),
      }}
      send={({ levels, certificates }, once) =>
        http.POST("/api/v1/dealers/{dealer_id}/people/{person_id}/skills", {
          params: { path, header: { ...once } },
          body: { levels: told(levels), certificates: told(certificates, (until) => until.format("YYYY-MM-DD")) },
        })
      }
    >
      {Object.entries(categories).map(([code, name]) => (
        <Form.Item key={code} name={["levels", code]} label={`${name}：等级`}>
          <Select allowClear placeholder="不会装" options={LEVELS} />
        </Form.Item>
      ))}
      {options(CERTIFICATES).map(({ value, label }) => (
        <Form.Item key={value} name={["certificates", value]} label={`${label}：有效至`}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      ))}
    </Deed>
  );
}

/** Only what was filled in. */
function told<Value, Sent = Value>(values: Record<string, Value | null | undefined> | undefined, as: (value: Value) => Sent = (value) => value as unknown as Sent): Record<string, Sent> {
  return Object.fromEntries(Object.entries(values ?? {}).flatMap(([name, value]) => (value == null ? [] : [[name, as(value)]])));
}
