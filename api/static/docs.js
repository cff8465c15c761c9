// The documentation page: reads openapi.json, lists every route, and lets a person try one.
// Everything shown is set as text, never as markup.
"use strict";

const ROLES = { public: "所有人", guest: "未绑定的微信", shop: "店铺系统" }; // the others' names come with the document
const METHODS = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const resolver = (document_) => (thing) => {
  let found = thing;
  while (found && found.$ref) found = found.$ref.slice(2).split("/").reduce((at, step) => at[step], document_);
  return found || {};
};

function typeOf(schema, resolve) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf || schema.oneOf) return (schema.anyOf || schema.oneOf).map((one) => typeOf(one, resolve)).join(" | ");
  if (schema.enum) return schema.enum.map(String).join(" | ");
  const type = [schema.type || "any"].flat().join(" | ");
  if (schema.items) return `${typeOf(schema.items, resolve)}[]`;
  return schema.format ? `${type} (${schema.format})` : type;
}

function bounds(schema) {
  const told = [["minimum", "≥ "], ["maximum", "≤ "], ["minLength", "最短 "], ["maxLength", "最长 "], ["minItems", "最少 "],
    ["maxItems", "最多 "], ["pattern", "格式 "]];
  const said = (bound) => bound !== undefined && !(Math.abs(bound) > Number.MAX_SAFE_INTEGER); // beyond: as large as numbers get
  return told.filter(([name]) => said(schema[name])).map(([name, words]) => words + schema[name]).join("，");
}

function rows(schema, resolve, prefix = "", depth = 0) {
  const whole = resolve(schema);
  if (depth > 4) return [];
  if (whole.items) return rows(whole.items, resolve, `${prefix}[]`, depth + 1);
  return Object.entries(whole.properties || {}).flatMap(([name, field]) => {
    const label = prefix ? `${prefix}.${name}` : name;
    const must = (whole.required || []).includes(name) ? "必填" : "";
    const note = [field.description, bounds(resolve(field))].filter(Boolean).join("；");
    const row = make("tr", {}, make("td", {}, label), make("td", {}, typeOf(field, resolve)), make("td", {}, must), make("td", {}, note));
    return [row, ...rows(field, resolve, label, depth + 1)];
  });
}

function table(title, found) {
  if (!found.length) return null;
  return make("section", {}, make("h3", {}, title), make("table", {}, make("tbody", {}, ...found)));
}

function example(schema, resolve, depth = 0) {
  const whole = resolve(schema);
  const type = [whole.type].flat()[0];
  if (whole.enum) return whole.enum[0];
  if (whole.anyOf || whole.oneOf) return example((whole.anyOf || whole.oneOf)[0], resolve, depth);
  if (type === "object" || whole.properties) {
    if (depth > 4) return {};
    const must = Object.entries(whole.properties || {}).filter(([name]) => (whole.required || []).includes(name));
    return Object.fromEntries(must.map(([name, field]) => [name, example(field, resolve, depth + 1)]));
  }
  if (type === "array") return [example(whole.items, resolve, depth + 1)];
  if (type === "integer" || type === "number") return Math.max(whole.minimum ?? 0, 1);
  if (type === "boolean") return false;
  if (whole.format === "date-time") return new Date().toISOString();
  if (whole.format === "date") return new Date().toISOString().slice(0, 10);
  return "";
}

function fields(parameters) {
  return parameters.map((parameter) => {
    const input = make("input", { name: parameter.name });
    if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
    return { parameter, input, label: make("label", {}, parameter.name, input) };
  });
}

async function call(method, path, inputs, body, form) {
  const headers = {}, query = new URLSearchParams();
  let address = path;
  for (const { parameter, input } of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    if (parameter.in === "query") query.set(parameter.name, input.value);
    if (parameter.in === "header") headers[parameter.name] = input.value;
  }
  const token = byId("token").value.trim(), csrf = byId("csrf").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (csrf) headers["X-CSRF-Token"] = csrf;
  if (body !== null) headers["Content-Type"] = "application/json";
  const asked = query.toString();
  const started = performance.now();
  const answer = await fetch(asked ? `${address}?${asked}` : address, { method: method.toUpperCase(), headers, body: form ?? body ?? undefined });
  const text = await answer.text();
  const told = [`${answer.status} ${answer.statusText} · ${Math.round(performance.now() - started)} ms`];
  for (const name of ["content-type", "x-request-id", "etag", "idempotent-replay", "retry-after"]) {
    if (answer.headers.get(name)) told.push(`${name}: ${answer.headers.get(name)}`);
  }
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
  return `${told.join("\n")}\n\n${shown}`;
}

function trial(method, path, parameters, content, resolve) {
  const inputs = fields(parameters);
  const json = content["application/json"], multipart = content["multipart/form-data"];
  const editor = json ? make("textarea", { "aria-label": "请求内容", spellcheck: "false" }) : null;
  if (editor) editor.value = JSON.stringify(example(json.schema, resolve), null, 2);
  const parts = multipart ? Object.entries(resolve(multipart.schema).properties || {}).map(([name, field]) => {
    const input = make("input", { name, type: resolve(field).format === "binary" ? "file" : "text" });
    return { name, input, label: make("label", {}, name, input) };
  }) : [];
  const result = make("pre", { hidden: "", "aria-live": "polite" });
  const button = make("button", { type: "submit" }, "发送");
  const form = make("form", {}, ...inputs.map((one) => one.label), ...parts.map((one) => one.label), editor, button);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    result.hidden = false;
    result.textContent = "…";
    let data = null;
    if (multipart) {
      data = new FormData();
      for (const { name, input } of parts) {
        if (input.type === "file" ? input.files.length : input.value) data.append(name, input.type === "file" ? input.files[0] : input.value);
      }
    }
    try {
      result.textContent = await call(method, path, inputs, editor ? editor.value : null, data);
    } catch (error) {
      result.textContent = `没有应答：${error.message}`;
    }
    button.disabled = false;
  });
  return make("section", {}, make("h3", {}, "试用"), form, result);
}

function inside(method, path, operation, shared, resolve) {
  const parameters = [...shared, ...(operation.parameters || [])].map(resolve);
  const content = resolve(operation.requestBody).content || {};
  const body = Object.values(content)[0];
  const answers = Object.entries(operation.responses).map(([status, response]) => {
    const found = resolve(response), media = Object.keys(found.content || {})[0];
    const schema = media && found.content[media].schema;
    return make("tr", {}, make("td", {}, status), make("td", {}, found.description || ""),
      make("td", {}, schema ? typeOf(schema, resolve) : ""), make("td", {}, media || ""));
  });
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
  const given = success && Object.values(resolve(success[1]).content || {})[0];
  const asked = parameters.map((one) => make("tr", {}, make("td", {}, one.name), make("td", {}, `${one.in} ${typeOf(one.schema || {}, resolve)}`),
    make("td", {}, one.required ? "必填" : ""), make("td", {}, [one.description, bounds(one.schema || {})].filter(Boolean).join("；"))));
  return make("div", { class: "inside" },
    make("ul", { class: "tags" }, make("li", {}, `权限 ${operation["x-permission"]}`), ...operation["x-roles"].map((role) => make("li", {}, ROLES[role] || role))),
    operation.description ? make("details", { class: "hint" }, make("summary", {}, "给开发者的说明（英文）"), make("p", { lang: "en" }, operation.description)) : null,
    table("参数", asked),
    body && body.schema ? table(`请求内容（${Object.keys(content)[0]}，至多 ${operation["x-max-body"]} 字节）`, rows(body.schema, resolve)) : null,
    given && given.schema ? table("应答内容", rows(given.schema, resolve)) : null,
    table("应答", answers),
    trial(method, path, parameters, content, resolve));
}

function route(method, path, operation, shared, resolve) {
  const node = make("details", { id: `${method}${path}` },
    make("summary", {}, make("span", { class: `method ${method}` }, method.toUpperCase()), make("code", {}, path), make("span", { class: "words" }, operation.summary || "")));
  node.dataset.words = [method, path, operation.summary, operation["x-permission"], ...operation["x-roles"].map((role) => `${role} ${ROLES[role] || ""}`)].join(" ").toLowerCase();
  node.addEventListener("toggle", () => {
    if (node.open && node.children.length === 1) node.append(inside(method, path, operation, shared, resolve));
  });
  return node;
}

function show(document_) {
  const resolve = resolver(document_);
  Object.assign(ROLES, document_["x-words"].roles);
  const areas = new Map((document_.tags || []).map((tag) => [tag.name, { words: tag.description || "", nodes: [] }]));
  let count = 0;
  for (const [path, operations] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((one) => operations[one])) {
      const operation = operations[method];
      const name = (operation.tags || ["其他"])[0];
      if (!areas.has(name)) areas.set(name, { words: "", nodes: [] });
      areas.get(name).nodes.push(route(method, path, operation, operations.parameters || [], resolve));
      count += 1;
    }
  }
  byId("about").textContent = `${document_.info.title} ${document_.info.version} · ${count} 个操作 · OpenAPI ${document_.openapi}`;
  byId("intro").querySelector("p").textContent = document_.info.description || "";
  byId("routes").replaceChildren(...[...areas].filter(([, area]) => area.nodes.length).map(([name, area]) =>
    make("section", {}, make("h2", {}, area.words || name, " ", make("small", {}, name)), ...area.nodes)));
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (target) { target.open = true; target.scrollIntoView(); }
}

function filter() {
  const words = byId("filter").value.trim().toLowerCase().split(/\s+/);
  const operations = "main > section > details";
  for (const node of document.querySelectorAll(operations)) node.hidden = !words.every((word) => node.dataset.words.includes(word));
  for (const section of document.querySelectorAll("main > section")) section.hidden = !section.querySelector(":scope > details:not([hidden])");
  byId("none").hidden = document.querySelector(`${operations}:not([hidden])`) !== null;
}

byId("filter").addEventListener("input", filter);
byId("who").addEventListener("submit", (event) => event.preventDefault());
fetch("openapi.json").then((answer) => answer.json()).then(show).catch((error) => {
  byId("routes").replaceChildren(make("p", {}, `读不到接口文档：${error.message}`));
});
