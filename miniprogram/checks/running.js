// The built mini-program's own JavaScript in Node: it starts, signs in, asks what it must and uploads what it took; and every
// page opens for everybody with answers such as the contract allows.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");

const { start } = require("./wechat");

const app = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "dist", "weapp", "app.json"), "utf8"));
const NOW = new Date().toISOString();
const ME = { kind: "phone", person_id: 7, name: "王师傅", phone: "138****8000", binding_id: 3, dealer_id: 1, dealer_name: "芝罘网点", job_id: null, roles: [], now: NOW };
const TEXTS = ["phone", "place", "photo"].map((purpose) => ({ purpose, version: "2026-01", title: `使用${purpose}`, text: "说明", without: "不同意也行" }));
const STOP = {
  visit_id: 5, position: 1, window_start: "2026-03-02T02:00:00Z", window_end: "2026-03-02T04:00:00Z", address: "建设路 1 号",
  jobs: [{ id: 9, status: "booked", status_name: "已预约", category_code: "water_heater", product_name: "热水器", units: 1, held: null }],
  warnings: [], travel_m: null, travel_minutes: null, arrive_at: null, begin_at: null, leave_at: null, done: false,
};
const SLOT = { code: "site", name: "安装前现场", phase: "before", hint: "拍全", required: true, camera_only: true, photos: 0, waived: false };
const JOB = {
  id: 9, kind: "install", status: "on_site", status_name: "安装中", product_name: "热水器", units: 1, version: 4,
  available_actions: ["take_photo", "submit"], slots: [SLOT],
};
const TEMPLATES = ["task", "visit", "account", "progress"].map((name) => ({ name, template_id: `T-${name}`, title: name, remaining: 0, hinted: false }));

const as = (role, more = {}) => ({
  "POST /api/v1/sessions/wechat": [201, { token: "t".repeat(43), role, dealer_id: 1, job_id: null }],
  "GET /api/v1/me": { ...ME, role, ...more },
  "GET /api/v1/consents": { items: TEXTS },
  "GET /api/v1/me/day": { day: "2026-03-02", stops: [STOP] },
  "GET /api/v1/jobs/{job_id}": JOB,
  "POST /api/v1/subscriptions": { items: TEMPLATES },
  "POST /api/v1/jobs/{job_id}/photos": [201, { id: 77 }],
});
const sent = (phone, method, end) => phone.asked("request").find((one) => (one.method ?? "GET") === method && one.url.endsWith(end));
const heard = async (phone, method, end) => {
  for (let turn = 0; turn < 100 && !sent(phone, method, end); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert(sent(phone, method, end), `${method} ${end} was never asked`);
  return JSON.parse(sent(phone, method, end).data);
};

async function aDay() {
  const phone = start(as("installer"));
  const home = phone.open("pages/start/index");
  await home.shows("热水器");
  await home.shows("建设路 1 号");
  assert.deepStrictEqual(JSON.parse(sent(phone, "POST", "/sessions/wechat").data), { code: "one-code" });
  assert([...phone.kept.keys()].some((key) => key.startsWith("heard/b3/") && key.includes("/me/day")), "today was not kept for a day without a network");
  return phone;
}

async function aPhoto() {
  const phone = start(as("installer"));
  const job = phone.open("pages/job/index", { id: "9" });
  await job.press("take-site");
  await job.press("agree");
  for (let turn = 0; turn < 150 && !phone.asked("uploadFile").length; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  const [upload] = phone.asked("uploadFile");
  assert(upload, "nothing was uploaded");
  assert.deepStrictEqual([upload.name, upload.formData.slot, upload.formData.capture], ["file", "site", "camera"]);
  assert(upload.formData.client_id && Math.abs(Date.parse(upload.formData.captured_at) - Date.now()) < 60_000);
  assert(upload.filePath.startsWith("wxfile://usr/kept/"), "what is sent is the copy that is ours");
  assert.strictEqual(phone.asked("compressImage").length, 1);
  for (let turn = 0; turn < 100 && phone.files.size; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepStrictEqual([[...phone.files.keys()], [...phone.kept.keys()].filter((key) => key.startsWith("deed/"))], [[], []]);
  return phone;
}

async function messages() {
  const phone = start({ ...as("installer"), "GET /api/v1/jobs/{job_id}": { ...JOB, status: "booked", status_name: "已预约", available_actions: ["check_in"] } });
  const job = phone.open("pages/job/index", { id: "9" });
  await job.shows("签到");
  for (let turn = 0; turn < 50 && !sent(phone, "POST", "/subscriptions"); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 60));
  await job.press("check-in");
  for (let turn = 0; turn < 50 && !phone.asked("requestSubscribeMessage").length; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.strictEqual(phone.asked("requestSubscribeMessage").map((one) => one.tmplIds.join()).join(";"), "T-task,T-visit,T-account");
  return phone;
}

async function waysIn() {
  const phone = start(as("guest", { person_id: null, binding_id: null, dealer_id: null, name: null }));
  const claim = phone.open("pages/claim/index");
  await claim.press("by-phone");
  await claim.press("agree");
  await claim.press("by-phone-now", "getphonenumber", { code: "phone-code" });
  assert.deepStrictEqual(await heard(phone, "POST", "/me/phone"), { phone_code: "phone-code", consent_version: "2026-01" });
  phone.quit();

  const other = start(as("guest", { person_id: null, binding_id: null, dealer_id: null, name: null }));
  const join = other.open("pages/claim/index");
  await join.press("to-join");
  await join.press("scan-invitation");
  await join.shows("K7Q2M-0VX9T-4HZ3B-8WCEN");
  await join.press("join-plain");
  assert.strictEqual((await heard(other, "POST", "/me/bindings")).invitation, "K7Q2M-0VX9T-4HZ3B-8WCEN");
  return other;
}

/** Nothing but what the contract demands: no page may need more. */
async function everyPage() {
  const pages = [...app.pages, ...(app.subPackages ?? []).flatMap(({ root, pages: own }) => own.map((page) => `${root}/${page}`))];
  for (const role of ["guest", "installer", "dispatcher", "dealer_owner", "customer"]) {
    for (const page of pages) {
      const phone = start(as(role, role === "customer" ? { binding_id: null } : {}));
      const shown = phone.open(page, { id: "9", job: "9", job_id: "9", month: "2026-03", token: "t", code: "c" });
      try {
        for (let turn = 0; turn < 40 && !(shown.text().length > 40 && !shown.text().includes("正在打开")); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
        assert(shown.text().length > 20, `${page} shows nothing to ${role}`);
      } finally {
        phone.quit();
      }
    }
  }
  return pages.length;
}

async function main() {
  for (const scene of [aDay, aPhoto, messages, waysIn]) (await scene()).quit();
  const pages = await everyPage();
  console.log(`weapp: starts, signs in, asks for messages, keeps today, uploads, is joined; ${pages} pages open for five roles`);
  process.exit(0); // what counts down goes on counting
}

for (const fault of ["unhandledRejection", "uncaughtException"]) {
  process.on(fault, (error) => {
    console.error(fault, error);
    process.exit(1);
  });
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
