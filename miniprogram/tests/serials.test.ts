import { describe, expect, it } from "vitest";

import { examples, fault, read } from "@/installer/serials";

const FORM = "TZ##-@??|88####*";

describe("a serial number", () => {
  it("is taken in either form, in small letters and with blanks around", () => {
    expect(["TZ26-KA1", " tz26-ka1 ", "881234", "881234-X9"].map((one) => fault(one, FORM))).toEqual(Array(4).fill(undefined));
  });

  it("that does not fit is told with what would", () => {
    expect(fault("TZ2A-KA1", FORM)).toContain("TZ55-K88 或 885555");
    expect(fault("铭牌模糊", FORM)).toContain("字母、数字和横杠");
  });

  it("without a form is five to forty letters, digits and hyphens", () => {
    expect([fault("A-123", null), fault("A-12", null) === undefined, fault("-A123", null) === undefined]).toEqual([undefined, false, false]);
  });

  it("takes every example of its own form", () => {
    expect(examples(FORM).map((one) => fault(one, FORM))).toEqual([undefined, undefined]);
  });

  it("is found in the address that a code holds, and else left as it was read", () => {
    expect(read("https://m.example.cn/p?sn=tz26-ka1&x=1", FORM)).toBe("TZ26-KA1");
    expect(read("nothing of ours", FORM)).toBe("nothing of ours");
  });
});
