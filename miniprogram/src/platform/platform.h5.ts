import { within } from "./base.h5";
import { camera } from "./camera.h5";
import { pressByKey } from "./keys.h5";
import { scan } from "./scan.h5";
import { wire } from "./wire.h5";
import type { Files, Place, Platform, Proof, Records } from "./types";

const records: Records = {
  read: (key) => within<string | undefined>("records", "readonly", (rows) => rows.get(key)),
  write: async (key, text) => void (await within("records", "readwrite", (rows) => rows.put(text, key))),
  remove: async (key) => void (await within("records", "readwrite", (rows) => rows.delete(key))),
  keys: async (prefix) =>
    (await within("records", "readonly", (rows) => rows.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
};

export const kept = (key: string) => within<Blob | undefined>("files", "readonly", (rows) => rows.get(key));

const shown = new Map<string, string>();

const files: Files = {
  keep: async (key, shot) => void (await within("files", "readwrite", (rows) => rows.put(shot.source, key))),
  has: async (key) => (await within("files", "readonly", (rows) => rows.count(key))) > 0,
  async address(key) {
    const blob = shown.has(key) ? undefined : await kept(key);
    if (blob) shown.set(key, URL.createObjectURL(blob));
    return shown.get(key);
  },
  async remove(key) {
    await within("files", "readwrite", (rows) => rows.delete(key));
    const address = shown.get(key);
    if (address) URL.revokeObjectURL(address);
    shown.delete(key);
  },
  keys: async () => (await within("files", "readonly", (rows) => rows.getAllKeys())).map(String),
};

/** What stood behind the # or in the address, taken out of it at once: a token is nobody's to read over a shoulder. */
function fromAddress(): URLSearchParams {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.has("t") || said.has("code")) history.replaceState(history.state, "", location.pathname + location.search);
  return said;
}

const said = fromAddress();
addEventListener("hashchange", () => location.hash.startsWith("#t=") && location.reload()); // a second message's link in the same window
pressByKey();

function proof(): Proof | undefined {
  const [token, code] = [said.get("t"), said.get("code")];
  if (token) return { kind: "link", token, spent: () => said.delete("t") };
  return code ? { kind: "wechat", code, spent: () => said.delete("code") } : undefined;
}

function place(): Promise<Place | undefined> {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude: lng, latitude: lat, accuracy: accuracy_m } }) =>
        resolve({ lng, lat, datum: "wgs84", accuracy_m, point_source: "device" }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 0 },
    );
  });
}

export const platform: Platform = {
  kind: "h5",
  records,
  files,
  wire: wire(kept),
  network: {
    up: () => navigator.onLine,
    watch(told) {
      const [up, down] = [() => told(true), () => told(false)];
      addEventListener("online", up);
      addEventListener("offline", down);
      return () => {
        removeEventListener("online", up);
        removeEventListener("offline", down);
      };
    },
  },
  textScale: () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16,
  proof: async () => proof(),
  place,
  photograph: camera,
  scan,
  askToTell: async () => ({}),
  ring: async (phone) => location.assign(`tel:${phone}`),
  preview: ({ source }) => (typeof source === "string" ? source : URL.createObjectURL(source)),
  async visit(url) {
    window.open(url, "_blank", "noopener");
    return "opened";
  },
  async give(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  },
  async navigate({ place: to, address }) {
    const where = to ? `geo:${to.lat},${to.lng}?q=${encodeURIComponent(address)}` : `geo:0,0?q=${encodeURIComponent(address)}`;
    location.assign(where);
  },
  async alone(name, work) {
    if (!navigator.locks) {
      await work();
      return true;
    }
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return lock !== null;
    });
  },
};
