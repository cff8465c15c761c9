// What no phone should be given: secrets, paths of the machine it was built on, the dealers' pages in everybody's package.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");

const DIST = path.join(__dirname, "..", "dist");
const SECRETS = [
  /app_?secret/i, /-----BEGIN [A-Z ]*PRIVATE KEY/, /postgres(ql)?:\/\//i, /\bsession_key\b/, /api_?v3_?key/i, /\baccess_token=/,
  /(?:^|["'`\s(=])\/(?:home|root|var|srv|opt|tmp|Users)\/[\w.-]+/,
];
const here = path.resolve(__dirname, "..", "..");
const own = Object.entries(process.env).filter(([name, value]) => /SECRET|PASSWORD|PRIVATE|_KEY$|TOKEN/.test(name) && value.length > 8);

const texts = ["weapp", "h5"].flatMap((kind) =>
  fs.readdirSync(path.join(DIST, kind), { recursive: true }).map(String)
    .filter((name) => /\.(js|json|css|html|wxml|wxss|wxs|map)$/.test(name))
    .map((name) => [`${kind}/${name}`, fs.readFileSync(path.join(DIST, kind, name), "utf8")]));
for (const [name, text] of texts) {
  for (const secret of SECRETS) assert(!secret.test(text), `${name}: ${secret.exec(text)?.[0]}`);
  assert(!text.includes(here), `${name}: names the folder it was built in`);
  for (const [variable, value] of own) assert(!text.includes(value), `${name}: holds the value of ${variable}`);
  assert(!name.endsWith(".map"), `${name}: sources are not for phones`);
}

const { pages, subPackages = [] } = JSON.parse(fs.readFileSync(path.join(DIST, "weapp", "app.json"), "utf8"));
assert(subPackages.some(({ root, pages: dealers }) => root === "dealer" && dealers.length), "the dealers' pages are no sub-package");
assert(!pages.some((page) => page.startsWith("dealer/")), "a dealers' page lies in the main package");
console.log(`bundle: no secret and no path in ${texts.length} files, dealers' pages apart`);
