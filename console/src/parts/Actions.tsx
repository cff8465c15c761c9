import { Button, Space } from "antd";
import { useState } from "react";

import { FORMS } from "@/made/forms";
import { ActionForm } from "./ActionForm";

interface Props {
  jobId: number;
  version: number;
  /** `available_actions` of the job, and what each is called. */
  actions: readonly string[];
  names: Readonly<Record<string, string>>;
}

/** A button for everything that this person may do to the job now, and nothing else. */
export function Actions({ jobId, version, actions, names }: Props) {
  const [chosen, choose] = useState<string | null>(null);
  const shown = actions.filter((action) => FORMS[action] && !FORMS[action].path.includes("_id}/", JOB_ID_END));
  const form = chosen ? FORMS[chosen] : undefined;
  return (
    <>
      <Space wrap>
        {shown.map((action) => (
          <Button key={action} onClick={() => choose(action)}>
            {names[action] ?? FORMS[action]?.name}
          </Button>
        ))}
      </Space>
      {form && <ActionForm form={form} ids={{ job_id: jobId }} version={version} onClose={() => choose(null)} />}
    </>
  );
}

// What concerns one charge or one complaint has its button beside that charge or complaint.
const JOB_ID_END = "/api/v1/jobs/{job_id}/".length;
