// WeChat as far as the application asks for it: a stub that keeps what it is given, and pages that are opened and pressed.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { answer } = require("./api");

const ROOT = path.join(__dirname, "..", "dist", "weapp");

// What is done at once and answers nothing.
const DONE = [
  "navigateTo", "redirectTo", "reLaunch", "navigateBack", "pageScrollTo", "setNavigationBarTitle", "setClipboardData", "makePhoneCall",
  "openLocation", "previewImage", "requestPayment", "chooseAddress",
];

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

/** An application just started. `own`: see api.js. `told`: what it asked of WeChat, oldest first, as [name, options]. */
function start(own) {
  const [kept, files, told] = [new Map(), new Map(), []];
  const tell = (name, make) => answers((options) => (told.push([name, options]), make(options)));
  const fails = (why) => {
    throw new Error(why);
  };
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
    getStorage: answers(({ key }) => (kept.has(key) ? { data: kept.get(key) } : fails("getStorage:fail data not found"))),
    setStorage: answers(({ key, data }) => void kept.set(key, data)),
    removeStorage: answers(({ key }) => void kept.delete(key)),
    getNetworkType: answers(() => ({ networkType: "wifi" })),
    onNetworkStatusChange: () => {},
    login: tell("login", () => ({ code: "one-code" })),
    request: tell("request", ({ method = "GET", url }) => {
      const [statusCode, body] = answer(method, url, own);
      return { statusCode, data: body === undefined ? "" : JSON.stringify(body), header: {} };
    }),
    uploadFile: (options) => {
      told.push(["uploadFile", options]);
      const [statusCode, body] = answer("POST", options.url, own);
      setTimeout(() => (options.success({ statusCode, data: JSON.stringify(body) }), options.complete?.({})), 5);
      return { onProgressUpdate: (heard) => heard({ progress: 40 }), abort() {} };
    },
    requestSubscribeMessage: tell("requestSubscribeMessage", ({ tmplIds }) => Object.fromEntries(tmplIds.map((id) => [id, "accept"]))),
    scanCode: tell("scanCode", () => ({ result: "", path: "pages/claim/index?scene=K7Q2M-0VX9T-4HZ3B-8WCEN" })),
    getLocation: tell("getLocation", () => ({ longitude: 121.4, latitude: 37.5, accuracy: 12 })),
    chooseMedia: tell("chooseMedia", () => ({ tempFiles: [{ tempFilePath: "tmp/large.jpg", size: 5_000_000 }] })),
    compressImage: tell("compressImage", () => ({ tempFilePath: "tmp/small.jpg" })),
    getFileInfo: answers(() => ({ size: 1_500_000 })),
    getFileSystemManager: () => ({
      access: answers(({ path: at }) => (files.has(at) || at.endsWith("kept") ? {} : fails("access:fail no such file or directory"))),
      mkdir: answers(() => ({})),
      copyFile: answers(({ srcPath, destPath }) => void files.set(destPath, srcPath)),
      rename: answers(({ oldPath, newPath }) => (files.set(newPath, files.get(oldPath)), void files.delete(oldPath))),
      unlink: answers(({ filePath }) => void files.delete(filePath)),
      readdir: answers(() => ({ files: [...files.keys()].map((name) => name.split("/").pop()) })),
    }),
    getImageInfo: tell("getImageInfo", () => ({ width: 960, height: 720 })),
    ...Object.fromEntries(DONE.map((name) => [name, tell(name, () => ({}))])),
    nextTick: (run) => setTimeout(run, 0),
    canIUse: () => true,
  };
  const { open, quit } = program(wx);
  return { open, quit, told, kept, files, asked: (name) => told.filter(([one]) => one === name).map(([, options]) => options) };
}

/** The built JavaScript, loaded as WeChat loads it. */
function program(wx) {
  const [modules, registered, stack, timers] = [new Map(), { app: undefined, pages: new Map() }, [], new Set()];
  const later = (run, ms, ...more) => {
    const timer = setTimeout(run, ms, ...more);
    timers.add(timer);
    return timer;
  };
  const context = vm.createContext({
    wx, console, setTimeout: later, clearTimeout, setInterval, clearInterval, Promise,
    getCurrentPages: () => stack, getApp: () => registered.app,
    App: (config) => (registered.app = config), Component: (config) => config,
  });
  context.global = context.globalThis = context;

  function load(name) {
    const file = path.join(ROOT, name);
    if (modules.has(file)) return modules.get(file).exports;
    const module = { exports: {} };
    modules.set(file, module);
    const text = `(function (require, module, exports, Page) {${fs.readFileSync(file, "utf8")}\n})`;
    const require = (one) => load(path.relative(ROOT, path.resolve(path.dirname(file), one.endsWith(".js") ? one : `${one}.js`)));
    vm.runInContext(text, context, { filename: name })(require, module, module.exports, (config) => registered.pages.set(name, config));
    return module.exports;
  }

  load("app.js");
  registered.app.onLaunch?.({ path: "pages/start/index", query: {} });
  registered.app.onShow?.({ path: "pages/start/index", query: {} });
  return {
    quit: () => timers.forEach(clearTimeout),
    open(route, query = {}) {
      load(`${route}.js`);
      const config = registered.pages.get(`${route}.js`);
      assert(config, `${route} did not register itself`);
      const page = opened(config, route, query);
      stack.push(page.instance);
      page.instance.onLoad(query);
      page.instance.onShow?.();
      page.instance.onReady?.();
      return page;
    },
  };
}

/** A page on the screen: what stands there, and what a finger does. */
function opened(config, route, query) {
  const instance = {
    ...config, route, data: structuredClone(config.data ?? {}), options: query,
    setData(change, done) {
      for (const [at, value] of Object.entries(change)) put(this.data, at.split(/\.|(?=\[)/).filter(Boolean), value);
      done?.();
    },
    selectComponent: () => null, createSelectorQuery: () => ({}),
  };
  const text = () => words(instance.data);
  const until = async (seen, what) => {
    for (let turn = 0; turn < 150 && !seen(); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert(seen(), `${route}: ${what} never came: ${text().slice(0, 400)}`);
  };
  const line = (id) => path_to(instance.data.root, (node) => node.uid === id);
  return {
    instance, text,
    shows: (said) => until(() => text().includes(said), said),
    has: (id) => line(id) !== undefined,
    /** A tap bubbles as in WeChat; `type` other: an event of that element alone. */
    async press(id, type = "tap", detail = {}) {
      await until(() => line(id), `#${id}`);
      const nodes = type === "tap" ? line(id) : line(id).slice(0, 1);
      for (const { sid } of nodes) instance.eh({ type, detail, target: { id, dataset: {} }, currentTarget: { id: sid, dataset: { sid } }, timeStamp: Date.now() });
    },
    value: (id) => Object.values(line(id)[0]).find((one) => typeof one === "string" && one.length > 15),
  };
}

function put(data, [name, ...rest], value) {
  const key = name.replace(/^\[|\]$/g, "");
  if (rest.length) put((data[key] ??= {}), rest, value);
  else data[key] = value;
}

/** From the node that is meant up to the root. */
function path_to(node, meant) {
  if (!node || typeof node !== "object") return undefined;
  if (meant(node)) return [node];
  for (const child of Object.values(node.cn ?? {})) {
    const found = path_to(child, meant);
    if (found) return [...found, node];
  }
  return undefined;
}

function words(value) {
  if (typeof value === "string") return value;
  return value && typeof value === "object" ? Object.values(value).map(words).join(" ") : "";
}

module.exports = { start };
