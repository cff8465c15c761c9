import { beforeEach, describe, expect, it, vi } from "vitest";

import { Gone, Told } from "@/platform/types";
import { platform } from "@/platform/platform.weapp";

/** WeChat itself: what a test does not say fails as WeChat fails. */
const wechat = vi.hoisted(() => ({ now: {} as Record<string, (options: never) => unknown>, pressed: [] as number[] }));
const fails = (errMsg: string) => () => Promise.reject({ errMsg });

vi.mock("@tarojs/taro", () => {
  const known: Record<string, unknown> = { env: { USER_DATA_PATH: "wxfile://usr" }, onNetworkStatusChange: () => {}, getNetworkType: () => {} };
  return { default: new Proxy(known, { get: (own, name: string) => own[name] ?? wechat.now[name] }) };
});

const files = (deeds: Record<string, (told: { success: (found?: unknown) => void; fail: (error: unknown) => void }) => void>) => ({
  getFileSystemManager: () => deeds,
});

beforeEach(() => (wechat.now = {}));

describe("WeChat's storage", () => {
  it("has no such record only when it says so: all else is a failure, never an empty answer", async () => {
    wechat.now = { getStorage: fails("getStorage:fail data not found") };
    expect(await platform.records.read("deed/1/a")).toBeUndefined();
    wechat.now = { getStorage: fails("getStorage:fail internal error") };
    await expect(platform.records.read("deed/1/a")).rejects.toThrow("internal error");
  });

  it("names also the copy that a kill left half done, so that the next start clears it away", async () => {
    const gone: string[] = [];
    wechat.now = files({
      readdir: ({ success }) => success({ files: ["a.jpg", "b.jpg.half", "other"] }),
      unlink: (({ filePath, success }: { filePath: string; success: () => void }) => (gone.push(filePath), success())) as never,
    });
    expect(await platform.files.keys()).toEqual(["a", "b"]);
    await platform.files.remove("b");
    expect(gone).toContain("wxfile://usr/kept/b.jpg.half");
  });

  it("keeps no copy of one's own data that was shared", async () => {
    const gone: string[] = [];
    wechat.now = {
      ...files({ writeFile: ({ success }) => success(), unlink: (({ filePath }: { filePath: string }) => gone.push(filePath)) as never }),
      shareFileMessage: fails("shareFileMessage:fail cancel"),
    };
    await platform.give("mine.json", "{}");
    expect(gone).toEqual(["wxfile://usr/mine.json"]);
  });

  it("has lost a picture only when it says so", async () => {
    wechat.now = files({ access: ({ fail }) => fail({ errMsg: "access:fail no such file or directory wxfile://usr/kept/a.jpg" }) });
    expect(await platform.files.has("a")).toBe(false);
    const upload = { url: "", headers: {}, form: {}, file: "a", timeoutMs: 1 };
    await expect(platform.wire.upload(upload)).rejects.toBeInstanceOf(Gone);
    wechat.now = files({ access: ({ fail }) => fail({ errMsg: "access:fail system busy" }) });
    await expect(platform.files.has("a")).rejects.toThrow("busy");
    await expect(platform.wire.upload(upload)).rejects.not.toBeInstanceOf(Gone);
  });
});

describe("WeChat's camera", () => {
  const chosen = (size: number) => ({ chooseMedia: async () => ({ tempFiles: [{ tempFilePath: "big", size }] }) });
  /** Each compression gives the next of these sizes. */
  function compressing(...sizes: number[]) {
    return {
      compressImage: async ({ src, compressedWidth }: { src: string; compressedWidth: number }) => {
        expect(src).toBe("big"); // always of the original: never worse than it must be
        wechat.pressed.push(compressedWidth);
        return { tempFilePath: "small" };
      },
      getFileInfo: async () => ({ size: sizes.shift() }),
    };
  }
  const take = () => platform.photograph({ gallery: false, most: 1 });

  it("gives pictures under two megabytes, pressed no more than they must be", async () => {
    wechat.now = { ...chosen(9_000_000), ...compressing(4_000_000, 1_900_000) };
    const [shot] = await take();
    expect([shot?.source, shot?.bytes, wechat.pressed]).toEqual(["small", 1_900_000, [2400, 2400]]);
    wechat.now = chosen(1_000_000);
    expect((await take())[0]?.source).toBe("big");
  });

  it("says so when a picture stays too large, or may not be taken; turning back is no fault", async () => {
    wechat.now = { ...chosen(9_000_000), ...compressing(8e6, 7e6, 6e6, 5e6) };
    await expect(take()).rejects.toBeInstanceOf(Told);
    wechat.now = { chooseMedia: fails("chooseMedia:fail auth deny") };
    await expect(take()).rejects.toBeInstanceOf(Told);
    wechat.now = { chooseMedia: fails("chooseMedia:fail cancel") };
    expect(await take()).toEqual([]);
  });
});
