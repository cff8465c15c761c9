import Taro from "@tarojs/taro";

import type { Files } from "./types";

const manager = () => Taro.getFileSystemManager();
const folder = () => `${Taro.env.USER_DATA_PATH}/kept`;
const path = (key: string) => `${folder()}/${key}.jpg`;
const half = (key: string) => `${path(key)}.half`;
const NAME = /\.jpg(\.half)?$/;

function done(run: (told: { success: () => void; fail: (error: unknown) => void }) => void): Promise<void> {
  return new Promise((resolve, reject) => run({ success: resolve, fail: reject }));
}

async function there(at: string): Promise<boolean> {
  try {
    await done((told) => manager().access({ path: at, ...told }));
    return true;
  } catch (error) {
    const said = String((error as { errMsg?: string }).errMsg ?? error);
    if (/no such file/i.test(said)) return false;
    throw new Error(said); // not to be taken for gone
  }
}

/** Pictures in the folder that WeChat leaves to us. A half-written copy is never seen: it gets its name at the end. */
export const files: Files = {
  async keep(key, shot) {
    if (!(await there(folder()))) {
      await done((told) => manager().mkdir({ dirPath: folder(), recursive: true, ...told }));
    }
    await done((told) => manager().copyFile({ srcPath: String(shot.source), destPath: half(key), ...told }));
    await done((told) => manager().rename({ oldPath: half(key), newPath: path(key), ...told }));
  },
  has: (key) => there(path(key)),
  address: async (key) => ((await there(path(key))) ? path(key) : undefined),
  async remove(key) {
    for (const filePath of [path(key), half(key)]) await done((told) => manager().unlink({ filePath, ...told })).catch(() => undefined);
  },
  keys: () =>
    new Promise((resolve) =>
      manager().readdir({
        dirPath: folder(),
        success: ({ files: names }) => resolve(names.filter((name) => NAME.test(name)).map((name) => name.replace(NAME, ""))), // halves too: a kill leaves them
        fail: () => resolve([]),
      }),
    ),
};
