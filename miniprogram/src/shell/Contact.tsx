import { View } from "@tarojs/components";

import type { JobPage, Schemas } from "@/api";
import { Button, Card, Icon } from "@/parts";
import { platform } from "@/platform";

import { api, kept } from "./phone";
import { owner } from "./who";

/** To whom and where. A masked number is asked for when it is called, and that is on record. */
export function Contact({ job }: { job: JobPage }) {
  const { customer } = job;
  if (!customer) return null;
  return (
    <Card title={customer.address}>
      <View className="tz-quiet">{customer.name} {customer.phone}</View>
      <View className="tz-pair">
        <Button id="navigate" onPress={() => platform.navigate({ address: customer.address })}><Icon name="pin" />导航</Button>
        <Button id="ring" onPress={() => ringCustomer(job)}><Icon name="phone" />打电话</Button>
      </View>
    </Card>
  );
}

export async function ringCustomer({ id, customer }: JobPage): Promise<void> {
  if (customer) await platform.ring(customer.masked ? await phoneOf(id, customer.phone) : customer.phone);
}

type Known = Schemas["Contact"];

async function phoneOf(job: number, masked: string): Promise<string> {
  const name = `contact/${job}`;
  const known = await kept.heard<Known>(owner(), name);
  const contact = known?.answer ?? (await api.post("/api/v1/jobs/{job_id}/reveal", { path: { job_id: job }, body: { reason: "contact" } }));
  if (!known) await kept.hear(owner(), name, contact);
  return contact.phone ?? masked;
}
