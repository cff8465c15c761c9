// The built mini-program as WeChat would look at it: pages, sizes, scripts that parse, and its own compilers.
const assert = require("node:assert");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { wxmlToJs } = require("miniprogram-compiler");

const ROOT = path.join(__dirname, "..", "dist", "weapp");
const PACKAGE = 2 * 1024 * 1024;
const WHOLE = 20 * 1024 * 1024;

const files = fs.readdirSync(ROOT, { recursive: true }).map(String).filter((name) => fs.statSync(path.join(ROOT, name)).isFile());
const read = (name) => fs.readFileSync(path.join(ROOT, name), "utf8");
const size = (names) => names.reduce((sum, name) => sum + fs.statSync(path.join(ROOT, name)).size, 0);

const app = JSON.parse(read("app.json"));
const packages = app.subPackages ?? [];
const pages = [...app.pages, ...packages.flatMap(({ root, pages: own }) => own.map((page) => path.join(root, page)))];
for (const page of pages) {
  for (const ending of [".js", ".json", ".wxml"]) assert(files.includes(page + ending), `${page}${ending} is not there`);
  for (const [name, target] of Object.entries(JSON.parse(read(`${page}.json`)).usingComponents ?? {})) {
    const at = path.join(path.dirname(page), target);
    assert(files.includes(`${at}.json`), `${page}: component ${name} is not there`);
  }
}
for (const name of files.filter((one) => one.endsWith(".js"))) new vm.Script(read(name), { filename: name });

const inside = (root) => files.filter((name) => name.startsWith(`${root}/`));
for (const { root } of packages) assert(size(inside(root)) < PACKAGE, `${root} is too large`);
assert(size(files) < WHOLE, "too large as a whole");

const wxml = wxmlToJs(ROOT);
assert(typeof wxml === "string" && wxml.includes("$gwx"), "wcc made nothing of the pages");
const gwx = new Function("global", "window", `${wxml}; return $gwx;`)({}, {});
for (const page of pages) assert.strictEqual(typeof gwx(`${page}.wxml`), "function", `${page}.wxml was not compiled`);

// The program itself: its wrapper in JavaScript cuts the answer at every "=", also those inside a picture.
const wcsc = path.join(path.dirname(require.resolve("miniprogram-compiler")), "bin", "linux", "wcsc");
const sheets = files.filter((one) => one.endsWith(".wxss"));
if (process.platform === "linux") {
  fs.chmodSync(wcsc, 0o755);
  execFileSync(wcsc, ["-db", "-pc", "0", ...sheets], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], maxBuffer: WHOLE });
}
console.log(`weapp: ${pages.length} pages, ${Math.round(size(files) / 1000)} kB, ${sheets.length} style sheets, compiled by wcc and wcsc`);
