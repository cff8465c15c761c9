// Answers such as the contract allows: of every operation the least that its schema demands, with what a test says otherwise.
const fs = require("node:fs");
const path = require("node:path");

const contract = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "src", "made", "openapi.json"), "utf8"));
const SAMPLES = { string: "", integer: 1, number: 1, boolean: false, object: {} };

function sample(schema) {
  if (schema.$ref) return sample(contract.components.schemas[schema.$ref.split("/").pop()]);
  if (schema.enum) return schema.enum[0];
  const types = [schema.type ?? []].flat();
  if (types.includes("null") || (schema.anyOf ?? []).some((one) => one.type === "null")) return null;
  if (schema.anyOf ?? schema.oneOf) return sample((schema.anyOf ?? schema.oneOf)[0]);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sample));
  if (schema.properties) return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, sample(one)]));
  if (types[0] === "array") return [];
  if (schema.format === "date-time") return "2026-03-02T02:00:00Z";
  if (schema.format === "date") return "2026-03-02";
  return types[0] in SAMPLES ? SAMPLES[types[0]] : {};
}

function operation(method, pathname) {
  const found = Object.entries(contract.paths)
    .filter(([, methods]) => methods[method.toLowerCase()])
    .filter(([known]) => new RegExp(`^${known.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(pathname))
    .sort(([one], [other]) => one.split("{").length - other.split("{").length);
  return found[0] && [found[0][0], found[0][1][method.toLowerCase()]];
}

/** `own`: "GET /api/v1/jobs/{job_id}" → what is laid over the sample, or [status, body] as it is. */
function answer(method, url, own) {
  const found = operation(method, url.split("?")[0]);
  if (!found) return [404, { code: "not_found", title: "没有找到" }];
  const [known, { responses }] = found;
  const said = own[`${method} ${known}`];
  if (Array.isArray(said)) return said;
  const status = ["200", "201", "202", "204"].find((one) => responses[one]);
  const schema = responses[status].content?.["application/json"]?.schema;
  return [Number(status), schema ? { ...sample(schema), ...said } : undefined];
}

module.exports = { answer };
