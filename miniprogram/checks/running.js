// The built mini-program's own JavaScript in Node, over a stub of WeChat that keeps what it is given and answers as our API
// does: it starts, signs in by wx.login, shows today's jobs and keeps them.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const ROOT = path.join(__dirname, "..", "dist", "weapp");
const kept = new Map();
const asked = [];

const ME = {
  kind: "phone", role: "installer", person_id: 7, name: "王师傅", phone: "138****8000", binding_id: 3, dealer_id: 1,
  dealer_name: "芝罘网点", job_id: null, second_factor: false, roles: [], now: new Date().toISOString(),
};
const STOP = {
  visit_id: 5, position: 1, window_start: "2026-03-02T02:00:00Z", window_end: "2026-03-02T04:00:00Z", address: "建设路 1 号",
  jobs: [{ id: 9, status: "booked", status_name: "已预约", category_code: "water_heater", product_name: "热水器", units: 1, held: null }],
  warnings: [], travel_m: null, travel_minutes: null, arrive_at: null, begin_at: null, leave_at: null, done: false,
};
const ANSWERS = {
  "POST /api/v1/sessions/wechat": [201, { token: "t".repeat(43), role: "installer", dealer_id: 1, job_id: null }],
  "GET /api/v1/me": [200, ME],
  "GET /api/v1/consents": [200, { items: [] }],
  "GET /api/v1/me/day": [200, { stops: [STOP] }],
  "POST /api/v1/subscriptions": [200, { items: [] }],
};

// As WeChat's base library: callbacks if there are any, a promise otherwise.
function answers(make) {
  return (options = {}) => {
    const made = Promise.resolve().then(() => make(options));
    if (!options.success && !options.fail && !options.complete) return made;
    made.then(
      (value) => (options.success?.(value), options.complete?.(value)),
      (error) => (options.fail?.({ errMsg: String(error.message) }), options.complete?.({})),
    );
    return undefined;
  };
}

const wx = {
  env: { USER_DATA_PATH: "wxfile://usr" },
  getSystemInfoSync: () => ({ platform: "devtools", SDKVersion: "3.7.0", windowWidth: 390, windowHeight: 844, pixelRatio: 3 }),
  getAppBaseInfo: () => ({ fontSizeSetting: 16, SDKVersion: "3.7.0" }),
  getWindowInfo: () => ({ windowWidth: 390, windowHeight: 844 }),
  getDeviceInfo: () => ({ platform: "devtools" }),
  getEnterOptionsSync: () => ({ query: {} }),
  getLaunchOptionsSync: () => ({ path: "pages/start/index", query: {} }),
  getAccountInfoSync: () => ({ miniProgram: { appId: "wx0" } }),
  getStorageInfoSync: () => ({ keys: [...kept.keys()] }),
  getStorage: answers(({ key }) => {
    if (!kept.has(key)) throw new Error("getStorage:fail data not found");
    return { data: kept.get(key) };
  }),
  setStorage: answers(({ key, data }) => void kept.set(key, data)),
  removeStorage: answers(({ key }) => void kept.delete(key)),
  getNetworkType: answers(() => ({ networkType: "wifi" })),
  onNetworkStatusChange: () => {},
  login: answers(() => ({ code: "one-code" })),
  request: answers(({ method = "GET", url, data }) => {
    asked.push({ method, url, data });
    const [statusCode, body] = ANSWERS[`${method} ${url}`] ?? [404, { code: "not_found", title: "没有找到" }];
    return { statusCode, data: JSON.stringify(body), header: {} };
  }),
  getFileSystemManager: () => ({ readdir: ({ fail }) => fail?.({ errMsg: "no such directory" }) }),
  nextTick: (run) => setTimeout(run, 0),
  canIUse: () => true,
};

const registered = { app: undefined, pages: new Map() };
const modules = new Map();
const globals = {
  wx, console, setTimeout, clearTimeout, setInterval, clearInterval, Promise,
  getCurrentPages: () => [], getApp: () => registered.app,
  App: (config) => (registered.app = config),
  Component: (config) => config,
};
const context = vm.createContext(globals);
context.global = context.globalThis = context;

function load(name) {
  const file = path.join(ROOT, name);
  if (modules.has(file)) return modules.get(file).exports;
  const module = { exports: {} };
  modules.set(file, module);
  const wrapped = vm.runInContext(`(function (require, module, exports, Page) {${fs.readFileSync(file, "utf8")}\n})`, context, { filename: name });
  const require = (one) => load(path.relative(ROOT, path.resolve(path.dirname(file), one.endsWith(".js") ? one : `${one}.js`)));
  wrapped(require, module, module.exports, (config) => registered.pages.set(name, config));
  return module.exports;
}

function words(value) {
  if (typeof value === "string") return value;
  return value && typeof value === "object" ? Object.values(value).map(words).join(" ") : "";
}

async function main() {
  load("app.js");
  registered.app.onLaunch?.({ path: "pages/start/index", query: {} });
  registered.app.onShow?.({ path: "pages/start/index", query: {} });
  load("pages/start/index.js");
  const config = registered.pages.get("pages/start/index.js");
  assert(config, "the home page did not register itself");
  let shown = "";
  const page = {
    ...config, route: "pages/start/index", data: config.data, options: {},
    setData(change, done) {
      shown += words(change);
      done?.();
    },
    selectComponent: () => null, createSelectorQuery: () => ({}),
  };
  page.onLoad({});
  page.onShow?.();
  page.onReady?.();
  for (let turn = 0; turn < 100 && !shown.includes("热水器"); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert(shown.includes("热水器") && shown.includes("建设路 1 号"), `today's job is not on the page: ${shown.slice(0, 300)}`);
  const signIn = asked.find(({ url }) => url === "/api/v1/sessions/wechat");
  assert.deepStrictEqual(JSON.parse(signIn.data), { code: "one-code" });
  assert([...kept.keys()].some((key) => key.startsWith("heard/b3/") && key.endsWith("/me/day")), "today was not kept for a day without a network");
  console.log("weapp: starts, signs in, shows and keeps today's jobs");
  process.exit(0); // its alarms are still set
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
