import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { loadCarc } from "./carc.ts";
import { loadDrugs } from "./drugs.ts";
import { hasCptShape, hasHcpcsShape, loadHcpcs } from "./hcpcs.ts";
import { loadIcd10cm } from "./icd10cm.ts";
import { loadLabs } from "./labs.ts";
import { readData } from "./read-data.ts";

function assertUnique(values: readonly string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    assert.ok(!seen.has(value), `"${value}" stands twice`);
    seen.add(value);
  }
}

test("every code set has the promised size and no code twice", () => {
  const sets: readonly (readonly [readonly string[], number])[] = [
    [loadDrugs().map((row) => row.ndc), 80],
    [loadDrugs().map((row) => `${row.brand} ${row.generic}`), 80],
    [loadIcd10cm().map((row) => row.code), 250],
    [loadHcpcs().map((row) => row.code), 60],
    [loadCarc().map((row) => row.code), 60],
    [loadLabs().map((row) => row.name), 40],
  ];
  for (const [codes, least] of sets) {
    assert.ok(codes.length >= least);
    assertUnique(codes);
  }
});

test("a drug's indications and HCPCS code stand in their own lists", () => {
  const diagnoses = new Set(loadIcd10cm().map((row) => row.code));
  const services = new Set(loadHcpcs().map((row) => row.code));
  for (const drug of loadDrugs()) {
    for (const code of drug.indications) assert.ok(diagnoses.has(code), `${drug.brand} names ${code}`);
    assert.equal(drug.benefit === "medical", drug.hcpcs !== undefined, drug.brand);
    assert.equal(drug.hcpcs === undefined, drug.hcpcsUnits === undefined, drug.brand);
    if (drug.hcpcs !== undefined) assert.ok(services.has(drug.hcpcs), `${drug.brand} names ${drug.hcpcs}`);
  }
});

test("a laboratory range is not empty and LOINC check digits agree", () => {
  for (const lab of loadLabs()) {
    assert.ok(lab.low < lab.high, lab.name);
    const [body = "", check] = lab.loinc.split("-");
    assert.equal(String(mod10(body)), check, `${lab.name} ${lab.loinc}`);
  }
});

/** LOINC's check digit: Luhn's mod 10. */
function mod10(body: string): number {
  let sum = 0;
  [...body].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return (10 - (sum % 10)) % 10;
}

test("reason texts are short paraphrases", () => {
  for (const row of loadCarc()) assert.ok(row.text.split(" ").length <= 8, row.code);
});

test("CPT is known by shape only", () => {
  assert.ok(loadHcpcs().every((row) => !hasCptShape(row.code)));
  assert.deepEqual(["96413", "0001U", "9921", "J1745", "W1234", "12345A"].map(hasCptShape), [true, true, false, false, false, false]);
  assert.deepEqual(["96413", "J1745", "W1234", ""].map(hasHcpcsShape), [true, true, false, false]);
});

test("rows of another shape are refused", () => {
  assert.throws(() => readData("carc", z.strictObject({ code: z.number() })), z.ZodError);
});
