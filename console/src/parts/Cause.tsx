import { http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { CAUSES, options } from "@/app/words";
import { Deed } from "./Deed";
import { ChoiceField } from "./fields";

type Body = Schemas["CauseBody"];

/** Why a customer was dissatisfied, as a person says it; reports and suggestions count by it. */
export function Cause({ source, id, cause }: { source: Body["source"]; id: number; cause?: string | null }) {
  const may = useMay();
  if (!may("POST /api/v1/causes")) return null;
  return (
    <Deed<Pick<Body, "cause">>
      size="small"
      label="认定原因"
      initial={{ cause: (cause ?? undefined) as Body["cause"] | undefined }}
      send={({ cause: told }, once) => http.POST("/api/v1/causes", { params: { header: { ...once } }, body: { source, source_id: id, cause: told } })}
    >
      <ChoiceField name="cause" label="原因" options={options(CAUSES)} />
    </Deed>
  );
}
