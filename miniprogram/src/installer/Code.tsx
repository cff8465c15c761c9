import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { useDeeds } from "@/shell";
import { Button, Field, Sheet } from "@/parts";

/** The customer's yes, given by the code that only the customer's phone shows; without it there is nothing to wait for. */
export function Code({ job, onClose }: { job: JobPage; onClose: () => void }) {
  const [code, setCode] = useState("");
  const { act } = useDeeds(job.id);
  const confirm = async () => {
    await act("confirm", { code: code.trim() });
    onClose();
  };
  return (
    <Sheet title="客户的验收码" open onClose={onClose} ways={<Button kind="main" id="confirm-code" off={code.trim().length < 4} onPress={confirm}>验收</Button>}>
      <View className="tz-quiet tz-gap">客户的页面和短信里有。客户不在也不要紧，他可以以后自己确认，您可以去下一站。</View>
      <Field id="code" label="验收码" kind="number" value={code} onChange={setCode} most={8} />
    </Sheet>
  );
}
