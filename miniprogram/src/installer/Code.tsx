import { View } from "@tarojs/components";
import { useState } from "react";

import type { JobPage } from "@/api";
import { replace, useDeeds } from "@/shell";
import { Bar, Button, Field, Sheet } from "@/parts";

/** The customer's yes, given by the code that only the customer's phone shows; without it there is nothing to wait for. */
export function Code({ job }: { job: JobPage }) {
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const { act } = useDeeds(job.id);
  const confirm = async () => {
    await act("confirm", { code: code.trim() });
    setOpen(false);
  };
  return (
    <View>
      <Bar>
        <Button id="next-job" onPress={() => replace("home")}>下一单</Button>
        <Button kind="main" id="enter-code" onPress={() => setOpen(true)}>输入验收码</Button>
      </Bar>
      <Sheet title="客户的验收码" open={open} onClose={() => setOpen(false)} ways={<Button kind="main" id="confirm-code" off={code.trim().length < 4} onPress={confirm}>验收</Button>}>
        <View className="tz-quiet">客户的页面和短信里有。客户不在也不要紧，他可以以后自己确认，您可以去下一单。</View>
        <Field id="code" label="验收码" kind="number" value={code} onChange={setCode} most={8} />
      </Sheet>
    </View>
  );
}
