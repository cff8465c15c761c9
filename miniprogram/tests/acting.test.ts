import { expect, it, vi } from "vitest";

import { Problem } from "@/api";
import { acting } from "@/shell/doing";

const server = vi.hoisted(() => ({ says: undefined as unknown }));

vi.mock("@tarojs/taro", () => ({ useDidShow: () => {} }));
vi.mock("@/platform", () => ({ platform: {} }));
vi.mock("@/shell/phone", () => ({
  queue: { watch: () => () => {} },
  api: {
    answer: async () => {
      if (server.says) throw server.says;
    },
  },
}));
vi.mock("@/shell/who", () => ({ owner: () => "j7" }));

it("what a page shows is read anew after its deed, and before a refusal that came of a change is told", async () => {
  for (const [says, reads] of [[undefined, 1], [new Problem(412, "", "已有变化"), 1], [new Problem(422, "", "请选择"), 0]] as const) {
    server.says = says;
    const again = vi.fn(async () => {});
    const deed = acting(7, again)("confirm", {}, 3);
    await (says ? expect(deed).rejects.toBe(says) : deed);
    expect(again).toHaveBeenCalledTimes(reads);
  }
});
