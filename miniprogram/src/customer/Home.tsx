import { type Me } from "@/shell";
import { Empty } from "@/parts";

import { CustomerJob } from "./Job";

/** A link opens one job; a customer who signed in by WeChat comes here by messages. */
export function CustomerHome({ me }: { me: Me }) {
  return me.job_id ? <CustomerJob id={me.job_id} /> : <Empty>请从消息或短信里的链接打开您的安装单</Empty>;
}
