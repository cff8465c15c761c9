import { View } from "@tarojs/components";

import { useRead } from "@/shell";
import { Card, Failed, Loading, Tag, Time } from "@/parts";

/** What was bought, who comes and when, where it stands. The first draft. */
export function CustomerJob({ id }: { id: number }) {
  const { data: job, failed, again } = useRead("/api/v1/jobs/{job_id}", { path: { job_id: id } });
  if (!job) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  return (
    <Card title={job.product_name} aside={<Tag>{job.status_name}</Tag>}>
      {job.window_start && <View><Time at={job.window_start} until={job.window_end} /></View>}
      {job.installer_name && <View>{job.installer_name} {job.installer_phone}</View>}
    </Card>
  );
}
