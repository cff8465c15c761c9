import Taro from "@tarojs/taro";

import { files } from "./files.weapp";
import { Gone, MOST_BYTES, PRESSED, Told, TOO_LARGE, Unheard, type Network, type Place, type Platform, type Records, type Reply, type Shot } from "./types";

/** Not in Taro's types yet. */
declare const wx: {
  requestMerchantTransfer(order: { mchId: string; appId: string; package: string; success: () => void; fail: () => void }): void;
};

const why = (error: unknown) => String((error as { errMsg?: string }).errMsg ?? error);

const records: Records = {
  async read(key) {
    try {
      return (await Taro.getStorage<string>({ key })).data;
    } catch (error) {
      if (/data not found/i.test(why(error))) return undefined;
      throw new Error(why(error));
    }
  },
  write: async (key, text) => void (await Taro.setStorage({ key, data: text })),
  remove: async (key) => void (await Taro.removeStorage({ key })),
  keys: async (prefix) => Taro.getStorageInfoSync().keys.filter((key) => key.startsWith(prefix)),
};

function network(): Network {
  const listeners = new Set<(up: boolean) => void>();
  let up = true;
  const heard = (now: boolean) => {
    up = now;
    listeners.forEach((told) => told(now));
  };
  Taro.getNetworkType({ success: ({ networkType }) => heard(networkType !== "none") });
  Taro.onNetworkStatusChange(({ isConnected }) => heard(isConnected));
  return {
    up: () => up,
    watch(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
}

function seconds(headers: Record<string, unknown> | undefined): Pick<Reply, "retryAfter"> {
  const name = Object.keys(headers ?? {}).find((one) => one.toLowerCase() === "retry-after");
  const said = name ? Number(headers?.[name]) : NaN;
  return said > 0 ? { retryAfter: said } : {};
}

async function small(source: string, size: number): Promise<{ path: string; bytes: number }> {
  let [path, bytes] = [source, size];
  for (const [quality, compressedWidth] of PRESSED) {
    if (bytes <= MOST_BYTES) return { path, bytes };
    path = (await Taro.compressImage({ src: source, quality: quality * 100, compressedWidth })).tempFilePath;
    const found = await Taro.getFileInfo({ filePath: path });
    bytes = "size" in found ? found.size : bytes;
  }
  if (bytes > MOST_BYTES) throw new Told(TOO_LARGE);
  return { path, bytes };
}

const busy = new Set<string>();

export const platform: Platform = {
  kind: "weapp",
  records,
  files,
  network: network(),
  textScale: () => ((Taro.getAppBaseInfo() as { fontSizeSetting?: number }).fontSizeSetting ?? 16) / 16,
  wire: {
    async call({ method, url, headers, body, timeoutMs }) {
      try {
        const found = await Taro.request({
          method, url, header: headers, timeout: timeoutMs, dataType: "text", responseType: "text",
          ...(body === undefined ? {} : { data: JSON.stringify(body) }),
        });
        return { status: found.statusCode, body: read(found.data), ...seconds(found.header) };
      } catch (error) {
        throw new Unheard(why(error));
      }
    },
    async upload({ url, headers, form, file, timeoutMs, onProgress }) {
      const filePath = await files.address(file);
      if (!filePath) throw new Gone(file);
      try {
        const task = Taro.uploadFile({ url, filePath, name: "file", header: headers, formData: form, timeout: timeoutMs });
        task.onProgressUpdate?.(({ progress }) => onProgress?.(progress));
        const found = await task;
        return { status: found.statusCode, body: read(found.data), ...seconds(found.header) };
      } catch (error) {
        throw new Unheard(why(error));
      }
    },
  },
  proof: async () => ({ kind: "wechat", code: (await Taro.login()).code }),
  async place() {
    try {
      const found = await Taro.getLocation({ type: "gcj02", isHighAccuracy: true, highAccuracyExpireTime: 8000 });
      const { longitude: lng, latitude: lat, accuracy } = found;
      return { lng, lat, datum: "gcj02", accuracy_m: accuracy, point_source: "device" } satisfies Place;
    } catch {
      return undefined;
    }
  },
  async photograph({ gallery, most }) {
    const sources: ("camera" | "album")[] = gallery ? ["album"] : ["camera"];
    const chosen = await Taro.chooseMedia({ count: most, mediaType: ["image"], sourceType: sources, sizeType: ["compressed"] })
      .catch((error: unknown) => {
        if (/cancel/i.test(why(error))) return { tempFiles: [] };
        throw new Told(`${gallery ? "相册" : "相机"}没有打开，请在手机设置里允许微信使用`);
      });
    const at = Date.now();
    return Promise.all(
      chosen.tempFiles.map(async (one): Promise<Shot> => {
        const { path, bytes } = await small(one.tempFilePath, one.size);
        return { source: path, bytes, at, capture: gallery ? "gallery" : "camera" };
      }),
    );
  },
  scan: () => Taro.scanCode({ onlyFromCamera: true }).then((found) => found.result || found.path || undefined, () => undefined),
  async askToTell(templates) {
    try {
      const answers: Record<string, unknown> = { ...(await Taro.requestSubscribeMessage({ tmplIds: [...templates], entityIds: [] })) };
      return Object.fromEntries(templates.flatMap((id) => (typeof answers[id] === "string" ? [[id, answers[id]]] : [])));
    } catch {
      return {};
    }
  },
  pay: ({ time_stamp, nonce_str, package: order, sign_type, pay_sign }) =>
    Taro.requestPayment({ timeStamp: time_stamp, nonceStr: nonce_str, package: order, signType: sign_type as "RSA", paySign: pay_sign })
      .then(() => true, () => false),
  preview: ({ source }) => String(source),
  async visit(url) {
    await Taro.setClipboardData({ data: url });
    return "copied";
  },
  async give(name, text) {
    const filePath = `${Taro.env.USER_DATA_PATH}/${name}`;
    const manager = Taro.getFileSystemManager();
    await new Promise<void>((resolve, reject) =>
      manager.writeFile({ filePath, data: text, encoding: "utf8", success: () => resolve(), fail: reject }),
    );
    await Taro.shareFileMessage({ filePath, fileName: name }).catch(() => undefined); // turned back
    manager.unlink({ filePath }); // what it says is nobody else's who uses this phone
  },
  address: () =>
    Taro.chooseAddress().then((one) => one.provinceName + one.cityName + one.countyName + one.detailInfo, () => undefined),
  take: ({ mch_id, app_id, package: order }) =>
    new Promise((resolve) => wx.requestMerchantTransfer({ mchId: mch_id, appId: app_id, package: order, success: () => resolve(true), fail: () => resolve(false) })),
  ring: async (phone) => void (await Taro.makePhoneCall({ phoneNumber: phone }).catch(() => undefined)),
  async navigate({ place, address }) {
    if (place) await Taro.openLocation({ longitude: place.lng, latitude: place.lat, name: address, address });
    else await Taro.setClipboardData({ data: address });
  },
  async alone(name, work) {
    if (busy.has(name)) return false;
    busy.add(name);
    try {
      await work();
    } finally {
      busy.delete(name);
    }
    return true;
  },
};

function read(text: unknown): unknown {
  try {
    return typeof text === "string" && text ? JSON.parse(text) : text;
  } catch {
    return undefined;
  }
}
