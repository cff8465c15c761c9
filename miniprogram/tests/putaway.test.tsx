// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import type { Waiting } from "@/offline";
import { PutAway } from "@/shell/DeedCard";

const dropped = vi.hoisted(() => [] as string[]);

vi.mock("@tarojs/taro", () => ({ default: {} }));
vi.mock("@/platform", () => ({ platform: {} }));
vi.mock("@/shell/phone", () => ({ queue: { drop: async (id: string) => void dropped.push(id) } }));

const refused = (id: string, code: string, photo = true) => ({ deed: { id, photo, trouble: { code } }, state: "refused" }) as unknown as Waiting;

afterEach(cleanup);

it("photos that the server has as evidence are put away by one press, and nothing else with them", async () => {
  render(<PutAway waiting={[refused("a", "job_changed"), refused("b", "job_changed"), refused("c", "job_changed", false), refused("d", "too_dark")]} />);
  fireEvent.click(screen.getByText("2 张已存为证据，全部收起"));
  await vi.waitFor(() => expect(dropped).toEqual(["a", "b"]));
});

it("a single one has its own button", () => {
  const { container } = render(<PutAway waiting={[refused("a", "job_changed")]} />);
  expect(container.textContent).toBe("");
});
