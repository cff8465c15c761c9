import { describe, expect, it } from "vitest";

import { OWN_FORMS } from "@/made/customer";
import { bodyOf, formOf, questionsOf } from "@/customer/own";
import { stagesOf, standing } from "@/customer/stages";
import { STATUSES } from "@/made/words";

const EVENING = Date.parse("2026-03-02T12:30:00Z"); // 20:30 in Shanghai
const MORNING = Date.parse("2026-03-02T00:30:00Z"); // 08:30 there

describe("what a customer fills in", () => {
  it("a day that has been is never in the future, one to come never today", () => {
    const [been] = questionsOf("delivered", MORNING);
    const [coming] = questionsOf("wanted_date_set", EVENING);
    expect(been?.options.slice(0, 2)).toEqual([["2026-03-02T00:30:00.000Z", "今天"], ["2026-03-01T04:00:00.000Z", "昨天"]]);
    expect(coming?.options.slice(0, 2)).toEqual([["2026-03-03T04:00:00.000Z", "明天"], ["2026-03-04T04:00:00.000Z", "后天"]]);
  });

  it("damage is told in three parts, a return visit by its questions", () => {
    const list = [{ code: "works", text: "好用吗？", options: [{ code: "yes", words: "是" }] }];
    expect(questionsOf("report_damage", MORNING).map((one) => one.name)).toEqual(["appraisal.package", "appraisal.exterior", "appraisal.function", "note"]);
    expect(questionsOf("record_answers", MORNING, list)[0]).toMatchObject({ name: "answers.works", label: "好用吗？", options: [["yes", "是"]], required: true });
    expect(bodyOf("report_damage", { "appraisal.package": "damaged", "appraisal.exterior": "intact", note: " 角破了 " })).toEqual({
      appraisal: { package: "damaged", exterior: "intact" }, note: "角破了",
    });
    expect(bodyOf("record_answers", { "answers.works": "yes", note: " " })).toEqual({ answers: [{ question: "works", answer: "yes" }] });
  });

  it("every deed that needs more than a tap can be filled in", () => {
    const elsewhere = new Set(["window", "scores"]); // parts of the page of their own
    for (const [action, { fields }] of Object.entries(OWN_FORMS)) {
      const asked = new Set(questionsOf(action, MORNING, [{ code: "q", text: "", options: [] }]).map((one) => one.name.split(".")[0]));
      const wanted = fields.filter((field) => !elsewhere.has(field.kind)).map((field) => field.name);
      expect([...asked].sort(), action).toEqual(wanted.sort());
      expect(formOf(action)?.name).not.toBe("");
    }
  });
});

describe("where a job stands", () => {
  it("is said in a sentence for every status, and in four stages unless it leads nowhere", () => {
    for (const status of Object.keys(STATUSES)) expect(standing({ status, kind: "install", dealer_name: null })).not.toBe("");
    expect(stagesOf("booked").map((one) => one.when)).toEqual(["past", "past", "now", "later"]);
    expect(stagesOf("closed").every((one) => one.when === "past")).toBe(true);
    expect(stagesOf("cancelled")).toEqual([]);
  });
});
