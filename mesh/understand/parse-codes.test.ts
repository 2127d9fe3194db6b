import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseAdjustmentReason } from "./parse-carc.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseIcd10All } from "./parse-icd10.ts";
import { parseIdentifier } from "./parse-identifier.ts";
import { parseNdc, toNdc11 } from "./parse-ndc.ts";
import { isNpi, parseNpi } from "./parse-npi.ts";

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));

function withCheckDigit(nine: string): string {
  return Array.from({ length: 10 }, (_, digit) => `${nine}${digit}`).find(isNpi) ?? "";
}

describe("parseNpi", () => {
  test("takes the published example and refuses its neighbors", () => {
    assert.equal(isNpi("1234567893"), true);
    for (const digit of "012456789") assert.equal(isNpi(`123456789${digit}`), false);
  });
  test("every nine digits that begin with 1 or 2 have exactly one check digit", () => {
    fc.assert(
      fc.property(fc.constantFrom("1", "2"), digits(8), (first, rest) => {
        const valid = Array.from({ length: 10 }, (_, digit) => `${first}${rest}${digit}`).filter(isNpi);
        assert.equal(valid.length, 1);
      }),
    );
  });
  test("one wrong digit never passes", () => {
    fc.assert(
      fc.property(digits(8), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (rest, at, by) => {
        const npi = withCheckDigit(`1${rest}`);
        const wrong = npi.slice(0, at) + String((Number(npi[at]) + by) % 10) + npi.slice(at + 1);
        assert.equal(isNpi(wrong), false);
      }),
    );
  });
  test("reads look-alikes as digits and says so", () => {
    assert.deepEqual(parseNpi("NPI: l234567893"), { value: "1234567893", start: 5, end: 15, steps: ["digits"], check: "passed" });
  });
  test("prefers the number that passes, keeps a failing one marked", () => {
    assert.equal(parseNpi("1234567890 1234567893")?.value, "1234567893");
    assert.equal(parseNpi("1234567890")?.check, "failed");
    assert.equal(parseNpi("555-123-4567 and 123456789"), undefined);
  });
});

describe("parseNdc", () => {
  test("pads every 10-digit form to 11 digits", () => {
    assert.equal(toNdc11(["0002", "1433", "80"]), "00002143380");
    assert.equal(toNdc11(["50242", "040", "62"]), "50242004062");
    assert.equal(toNdc11(["60575", "4112", "1"]), "60575411201");
    assert.equal(toNdc11(["123", "4567", "89"]), undefined);
  });
  test("any hyphenated 5-4-2 comes back as its digits, whatever the spacing", () => {
    fc.assert(
      fc.property(digits(5), digits(4), digits(2), fc.constantFrom("-", " - ", "–"), (a, b, c, hyphen) => {
        assert.equal(parseNdc(`NDC ${a}${hyphen}${b}${hyphen}${c}`, () => false)?.value, a + b + c);
      }),
    );
  });
  test("the listed code wins over an earlier unlisted one", () => {
    const found = parseNdc("11111-2222-33 or 00002-1433-80", (ndc) => ndc === "00002143380");
    assert.equal(found?.value, "00002143380");
    assert.equal(found?.check, "passed");
  });
  test("a telephone number is none", () => {
    assert.equal(
      parseNdc("(555) 010-1234", () => true),
      undefined,
    );
  });
});

describe("parseIcd10All", () => {
  const list = {
    diagnoses: new Set(["M05.79", "L40.0", "K50.90", "I10", "I27.21", "I20.9", "L20.9"]),
    diagnosisCategories: new Set(["M05", "M05.7", "L40", "K50", "K50.9"]),
  };
  const values = (text: string) => parseIcd10All(text, list).map((parsed) => parsed.value);
  test("reads several codes in order", () => {
    assert.deepEqual(values("Diagnosis: M05.79, L40.0; K50.90"), ["M05.79", "L40.0", "K50.90"]);
  });
  test("puts a lost point back only for listed codes", () => {
    assert.deepEqual(values("M0579"), ["M05.79"]);
    assert.deepEqual(values("A1234"), []);
  });
  test("straightens look-alikes", () => {
    assert.deepEqual(values("MO5.79 L4O.0 127.21"), ["M05.79", "L40.0", "I27.21"]);
  });
  test("what several listed codes may be, and a category, fail their check", () => {
    const checks = (text: string) => parseIcd10All(text, list).map(({ value, check }) => [value, check]);
    assert.deepEqual(checks("120.9"), [["I20.9", "failed"]]);
    assert.deepEqual(checks("I20.9 L20.9"), [
      ["I20.9", "passed"],
      ["L20.9", "passed"],
    ]);
    assert.deepEqual(checks("K50."), [["K50", "failed"]]);
    assert.deepEqual(checks("K50.9"), [["K50.9", "failed"]]);
    assert.deepEqual(checks("C90.00"), [["C90.00", "shape"]]);
  });
  test("words, blood pressure and amounts are no codes", () => {
    assert.deepEqual(values("not all 110/85 $120.50 in 2026"), []);
  });
});

describe("parseHcpcsAll", () => {
  const isListed = (code: string) => code === "J0135" || code === "J1745";
  test("Level II needs no label, five digits do", () => {
    assert.deepEqual(
      parseHcpcsAll("J0135 99213", isListed, false).map((parsed) => parsed.value),
      ["J0135"],
    );
    assert.deepEqual(
      parseHcpcsAll("J0135 99213", isListed, true).map((parsed) => parsed.value),
      ["J0135", "99213"],
    );
  });
  test("a bracket is a misread J when the list has the code", () => {
    const [found] = parseHcpcsAll("]1745,", isListed, true);
    assert.equal(found?.value, "J1745");
    assert.equal(found?.check, "passed");
  });
  test("amounts and ZIP+4 are none", () => {
    assert.deepEqual(parseHcpcsAll("$12345.00 60680-1234 12,345", isListed, true), []);
  });
});

describe("parseIdentifier", () => {
  test("takes identifiers, not dates, amounts or words", () => {
    assert.equal(parseIdentifier("W123456789")?.value, "W123456789");
    assert.equal(parseIdentifier("auth-29858936")?.value, "AUTH-29858936");
    for (const text of ["01/02/2026", "6/26/2026", "123.45", "Member", "A1", ""]) assert.equal(parseIdentifier(text), undefined, text);
  });
  test("a very long run is not an identifier", () => {
    assert.equal(parseIdentifier("1".repeat(10_000)), undefined);
  });
});

test("parseAdjustmentReason drops the group and knows the list", () => {
  const isListed = (code: string) => code === "45" || code === "197";
  assert.equal(parseAdjustmentReason("CO-45", isListed)?.value, "45");
  assert.equal(parseAdjustmentReason("197", isListed)?.check, "passed");
  assert.equal(parseAdjustmentReason("see note", isListed), undefined);
});
