import { Text } from "@tarojs/components";

import { Button, Icon } from "@/parts";

import { useRead } from "./reading";
import { go } from "./ways";
import { useWho } from "./who";

const MANY = 9;

/** At the bottom of everybody's home: what one was told and has not read, and oneself. */
export function HomeBar() {
  const who = useWho();
  const told = who.state === "in" && who.me.person_id !== null;
  const { data } = useRead(told ? "/api/v1/inbox" : null, { query: { unread: true, limit: MANY + 1 } });
  const count = data?.items.length ?? 0;
  const news = count > MANY ? `${MANY}+` : count || "";
  return (
    <>
      <Button id="to-inbox" label={count ? `通知，${news} 条未读` : "通知"} onPress={() => go("inbox")}>
        <Icon name="bell" />通知{news && <Text className="tz-count">{news}</Text>}
      </Button>
      <Button id="to-me" onPress={() => go("me")}><Icon name="user" />我的</Button>
    </>
  );
}
