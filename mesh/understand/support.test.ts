import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { FieldCandidate } from "./candidate.ts";
import { loadCodeBook } from "./code-book.ts";
import { confidenceOf, FEATURES, featuresOf } from "./confidence.ts";
import { withDrugAgreement } from "./consistency.ts";
import { oneConfusionAway } from "./confusions.ts";
import { readValue } from "./readings.ts";
import { rejoined } from "./rejoin.ts";
import { mixtures, repairCodes } from "./repair-codes.ts";
import { repairSums } from "./repair-sums.ts";
import { resolve, toField } from "./resolve.ts";
import { parseDate } from "./parse-date.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseIcd10All } from "./parse-icd10.ts";
import { parseNpi } from "./parse-npi.ts";
import { typedPage } from "./page-fixture.ts";
import { tokensOf } from "./tokens.ts";

type Changes = Partial<Omit<FieldCandidate, "evidence">> & { readonly evidence?: Partial<FieldCandidate["evidence"]> };

let nextWord = 0;
function sighting(name: string, value: string, changes: Changes = {}): FieldCandidate {
  nextWord += 1;
  return {
    name,
    value,
    otherValue: "",
    rawText: value,
    page: 1,
    box: { x0: 0, y0: 0, x1: 1, y1: 1 },
    wordIndexes: [nextWord],
    steps: [],
    method: "label",
    ...changes,
    evidence: {
      agreement: "both",
      check: "none",
      wordConfidence: 0.95,
      secondConfidence: 0.95,
      labelScore: 1,
      farFromLabel: false,
      repaired: false,
      consistent: false,
      ...changes.evidence,
    },
  };
}

const confidence = (...sightings: readonly FieldCandidate[]) => {
  const [field] = resolve(sightings);
  assert.ok(field);
  return toField(field, true).confidence;
};

describe("readValue", () => {
  const read = (text: string, second: Readonly<Record<string, string>> = {}) =>
    readValue(tokensOf(typedPage([text], { second })), parseDate);
  test("says how the readings stand to each other", () => {
    assert.equal(read("01/02/2026")?.agreement, "both");
    assert.deepEqual(
      [read("01/02/2026", { "01/02/2026": "01/02/2028" })?.agreement, read("01/02/2026", { "01/02/2026": "01/02/2028" })?.otherValue],
      ["split", "2028-01-02"],
    );
    assert.equal(read("01/02/2026", { "01/02/2026": "xx" })?.agreement, "one");
    assert.equal(read("01/02/2026", { "01/02/2026": "" })?.agreement, "single");
  });
  test("the reading that passes its check wins", () => {
    const tokens = tokensOf(typedPage(["1234567890"], { second: { "1234567890": "1234567893" } }));
    const npi = readValue(tokens, parseNpi);
    assert.deepEqual([npi?.value, npi?.steps], ["1234567893", ["second_reading"]]);
  });
  test("a listed code and a look-alike of it in the other reading are the same print", () => {
    const isListed = (code: string) => code === "J9332";
    const code = (first: string, second: string) =>
      readValue(tokensOf(typedPage([first], { second: { [first]: second } })), (text) => parseHcpcsAll(text, isListed, true)[0]);
    for (const [first, second] of [
      ["J9332", "19332"],
      ["19332", "J9332"],
    ] as const) {
      const seen = code(first, second);
      assert.deepEqual([seen?.value, seen?.agreement, seen?.steps], ["J9332", "both", ["look_alikes"]]);
    }
    assert.equal(code("J9332", "89332")?.agreement, "split", "an 8 is never taken for a J");
    assert.equal(code("99213", "99218")?.agreement, "split", "two digits are two values");
  });
  test("a listed code of which the other reading lost an edge was seen by both", () => {
    const code = (first: string, second: string) =>
      readValue(
        tokensOf(typedPage([first], { second: { [first]: second } })),
        (text) => parseIcd10All(text, { diagnoses: new Set(["C90.00"]), diagnosisCategories: new Set() })[0],
      );
    assert.deepEqual([code("90.00", "C90.00")?.value, code("90.00", "C90.00")?.agreement], ["C90.00", "both"]);
    assert.equal(code("C90.00", "90.00")?.agreement, "both");
    assert.equal(code("91.00", "C90.00")?.agreement, "one");
  });
  test("an amount and the next column part at the rule between them, in both readings", () => {
    const texts = (first: string, second: string) =>
      tokensOf(typedPage([first], { second: { [first]: second } })).map((token) => [token.text, token.second]);
    assert.deepEqual(texts("$36.41|2", "$36.412"), [
      ["$36.41|", "$36.41"],
      ["2", "2"],
    ]);
    assert.deepEqual(texts("$0.00(96", "$0.00|96"), [
      ["$0.00(", "$0.00|"],
      ["96", "96"],
    ]);
    assert.equal(texts("$36.412", "$36,412").length, 1, "without a rule it may be a thousand");
  });
  test("nothing of the kind is nothing", () => {
    assert.equal(read("Member Name"), undefined);
    assert.equal(readValue([], parseDate), undefined);
  });
});

describe("resolve", () => {
  test("two different, clearly labeled member ids never look certain", () => {
    assert.ok(confidence(sighting("member.id", "W123456789"), sighting("member.id", "W987654321")) <= 0.5);
  });
  test("a misreading of the same number is no contradiction, and lowers trust", () => {
    const alone = confidence(sighting("member.id", "W123456789"));
    const beside = confidence(
      sighting("member.id", "W123456789"),
      sighting("member.id", "W123456769", { evidence: { agreement: "split", wordConfidence: 0.5 } }),
    );
    assert.ok(beside < alone);
    assert.ok(beside > 0.5);
  });
  test("repetition raises trust and outvotes one bad reading", () => {
    const [field] = resolve([
      sighting("member.id", "W123456789"),
      sighting("member.id", "W123456789"),
      sighting("member.id", "W123456788", { evidence: { agreement: "split", wordConfidence: 0.4 } }),
    ]);
    assert.equal(field?.support.best.value, "W123456789");
    assert.equal(field?.support.agreeing, 2);
  });
  test("the same words found by two rules count once", () => {
    const one = sighting("member.id", "W123456789");
    assert.equal(resolve([one, { ...one, method: "prose" }])[0]?.support.agreeing, 1);
  });
});

describe("confidenceOf", () => {
  const support = (candidate: FieldCandidate) => ({ best: candidate, agreeing: 1, conflict: 0, contradicted: false });
  test("one feature a weight", () => {
    assert.equal(featuresOf(support(sighting("member.id", "W1"))).length, FEATURES.length);
  });
  test("stays within 0 and 1, and a failed check or no value is never likely", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("both", "split", "one", "single"),
        fc.constantFrom("passed", "failed", "none"),
        (word, agreement, check) => {
          const value = confidenceOf(
            support(sighting("member.id", "W1", { evidence: { wordConfidence: word, agreement, check } })),
            "plain_code",
          );
          assert.ok(value >= 0 && value <= 1);
          if (check === "failed") assert.ok(value <= 0.5);
        },
      ),
    );
    assert.equal(confidenceOf(support(sighting("member.id", "")), "plain_code"), 0);
  });
  test("readings that disagree about an unchecked code are not acted on", () => {
    assert.ok(
      confidence(
        sighting("member.id", "W123456789", {
          otherValue: "W123456769",
          evidence: { agreement: "split", wordConfidence: 0.6, repaired: true },
        }),
      ) < 0.9,
    );
  });
});

describe("repairCodes", () => {
  const book = loadCodeBook();
  const [fix] = [(candidate: FieldCandidate) => repairCodes([candidate], book)[0]];
  test("mixes both readings of an NPI until one passes", () => {
    const fixed = fix(sighting("provider.npi", "1234567693", { otherValue: "1234507893", evidence: { check: "failed" } }));
    assert.deepEqual([fixed?.value, fixed?.steps.at(-1), fixed?.evidence.check], ["1234567893", "both_readings", "passed"]);
  });
  test("leaves an NPI alone that only a guess could repair", () => {
    assert.equal(fix(sighting("provider.npi", "1234567890", { evidence: { check: "failed" } }))?.value, "1234567890");
  });
  test("takes the only listed neighbor of an unlisted HCPCS code and never bends CPT codes", () => {
    const listed = [...book.procedures].find((code) =>
      oneConfusionAway(code).every(
        (near) => !book.procedures.has(near) && oneConfusionAway(near).filter((other) => book.procedures.has(other)).length <= 1,
      ),
    );
    assert.ok(listed);
    const wrong = oneConfusionAway(listed).find(
      (near) => /^[A-Z]/.test(near) && oneConfusionAway(near).filter((other) => book.procedures.has(other)).length === 1,
    );
    if (wrong !== undefined) assert.equal(fix(sighting("services[0].hcpcs", wrong, { evidence: { check: "shape" } }))?.value, listed);
    assert.equal(fix(sighting("lines[0].hcpcs", "99213", { evidence: { check: "shape" } }))?.value, "99213");
  });
  test("mixtures hold both readings and take every character from one of them", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{6}$/), fc.stringMatching(/^[0-9]{6}$/), (a, b) => {
        for (const text of mixtures(a, b)) assert.ok([...text].every((char, at) => char === a[at] || char === b[at]));
      }),
    );
    assert.deepEqual(mixtures("12", "123"), []);
  });
});

describe("repairSums", () => {
  const line = (index: number, value: string, otherValue = "") => sighting(`lines[${index}].charge_cents`, value, { otherValue });
  const total = (value: string) => sighting("claim.total_charge_cents", value);
  const valuesOf = (candidates: readonly FieldCandidate[]) => candidates.map((candidate) => candidate.value);
  test("confirms what adds up", () => {
    assert.ok(repairSums([line(0, "100"), line(1, "250"), total("350")]).every((candidate) => candidate.evidence.consistent));
  });
  test("takes the other reading when only that adds up", () => {
    const fixed = repairSums([line(0, "100"), line(1, "850", "350"), total("450")]);
    assert.deepEqual(valuesOf(fixed), ["100", "350", "450"]);
    assert.deepEqual(fixed[1]?.steps, ["sum"]);
  });
  test("changes nothing when two replacements would do", () => {
    const lines = [line(0, "100", "200"), line(1, "100", "200"), total("300")];
    assert.deepEqual(valuesOf(repairSums(lines)), ["100", "100", "300"]);
    assert.ok(repairSums(lines).every((candidate) => !candidate.evidence.consistent));
  });
});

test("codes confirm their drug, a name alone confirms nothing", () => {
  const book = loadCodeBook();
  const drug = book.drugs.find((one) => one.hcpcs !== undefined);
  assert.ok(drug?.hcpcs);
  const candidates = [sighting("drug.name", drug.brand), sighting("services[0].hcpcs", drug.hcpcs)];
  assert.ok(withDrugAgreement(candidates, resolve(candidates), book).every((candidate) => candidate.evidence.consistent));
  const [alone] = withDrugAgreement(candidates.slice(0, 1), resolve(candidates), book);
  assert.equal(alone?.evidence.consistent, false);
});

test("rejoined puts broken numbers together and stops at words and gaps", () => {
  const join = (text: string) => rejoined(tokensOf(typedPage([text]))).map((token) => token.text);
  assert.deepEqual(join("XDF622A1 1988 Group"), ["XDF622A11988", "Group"]);
  assert.deepEqual(join("W123456789    998"), ["W123456789", "998"]);
  assert.deepEqual(join("John Smith"), ["John", "Smith"]);
});
