import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Field } from "../../proto/document/v1/document.pb.ts";
import type { Drug } from "../codes/drugs.ts";
import { drugFacts } from "./drug-facts.ts";
import { indexFields } from "./field-index.ts";

const drug = (brand: string, generic: string, ndc: string, hcpcs: string): Drug => ({
  brand,
  generic,
  ndc,
  benefit: "medical",
  hcpcs,
  form: "vial",
  strengths: ["1 mg"],
  quantity: 1,
  daysSupply: 28,
  directions: "Infuse",
  indications: ["M05.79", "K50.00"],
});
const DRUGS = [
  drug("Alpha", "alphamab", "11111111111", "J0001"),
  drug("Alphaone", "alphamab", "22222222222", "J0001"),
  drug("Beta", "betamab", "33333333333", "J0003"),
];

const factsOf = (fields: Readonly<Record<string, string>>) =>
  drugFacts(indexFields({ fields: Object.entries(fields).map(([name, value]) => Field.fromPartial({ name, value })) }), DRUGS);

describe("drugFacts", () => {
  it("finds the drug by brand or generic name, in any case", () => {
    assert.equal(factsOf({ "drug.name": "BETA" }).drug?.brand, "Beta");
    assert.equal(factsOf({ "drug.name": "alphamab" }).drug?.generic, "alphamab");
    const { drug, contradictions, unusualDiagnoses } = factsOf({ "drug.name": "Gamma", "drug.ndc": "33333333333" });
    assert.deepEqual({ drug, contradictions, unusualDiagnoses }, { drug: undefined, contradictions: [], unusualDiagnoses: undefined });
  });

  it("sees codes of another drug, and takes unknown codes and brothers for possible", () => {
    assert.deepEqual(factsOf({ "drug.name": "Alpha", "drug.ndc": "33333333333", "lines[0].hcpcs": "J0003" }).contradictions, [
      "drug.ndc",
      "lines[].hcpcs",
    ]);
    assert.deepEqual(factsOf({ "drug.name": "Alpha", "drug.ndc": "99999999999", "services[0].hcpcs": "J9999" }).contradictions, []);
    assert.deepEqual(factsOf({ "drug.name": "Alpha", "drug.ndc": "22222222222" }).contradictions, []);
  });

  it("allows other drugs' codes beside the drug's own", () => {
    assert.deepEqual(factsOf({ "drug.name": "Alpha", "lines[0].hcpcs": "J0001", "lines[1].hcpcs": "J0003" }).contradictions, []);
  });

  it("compares diagnoses by their first three characters", () => {
    assert.equal(factsOf({ "drug.name": "Alpha", "diagnoses[0].icd10": "M05.9", "diagnoses[1].icd10": "Z00.0" }).unusualDiagnoses, 0.5);
    assert.equal(factsOf({ "drug.name": "Alpha" }).unusualDiagnoses, undefined);
  });
});
