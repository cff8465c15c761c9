import { View } from "@tarojs/components";

import { api, Frame, go, useRead } from "@/shell";
import { Card, Empty, Failed, Loading, Tag, Time } from "@/parts";

/** Everything one was told, whether or not a message also came. */
export default function Inbox() {
  return <Frame>{() => <Lines />}</Frame>;
}

function Lines() {
  const { data, failed, again } = useRead("/api/v1/inbox", { query: { limit: 50 } });
  if (!data) return failed ? <Failed why={failed} again={again} /> : <Loading />;
  if (data.items.length === 0) return <Empty>还没有通知</Empty>;
  const open = async (id: number, job: number | null) => {
    if (job) go("job", { id: job });
    await api.post("/api/v1/inbox/{item_id}/read", { path: { item_id: id } }).then(again, () => undefined);
  };
  return (
    <View>
      {data.items.map((line) => (
        <Card key={line.id} title={line.title} aside={line.read_at ? <Time at={line.created_at} /> : <Tag kind="wait">新</Tag>} onPress={() => void open(line.id, line.job_id)}>
          <View>{line.body}</View>
        </Card>
      ))}
    </View>
  );
}
