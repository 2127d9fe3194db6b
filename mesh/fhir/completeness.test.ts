import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { FIELDS, fieldSpecName } from "../fields.ts";
import { SAMPLE_TYPES, sampleAssessment, sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { mapToBundle } from "./bundle.ts";
import { completenessOf } from "./completeness.ts";
import { FHIR_HOMES } from "./homes.ts";
import { readStructure } from "./structure.ts";

/** One value of each kind, and the closed lists' own. */
const BY_KIND = {
  code: "K7Q4",
  date: "2026-03-04",
  cents: "12345",
  percent: "20",
  integer: "7",
  decimal: "1.5",
  name: "Ada Byron",
  text: "some words",
  choice: "active",
};
const CHOICES: Readonly<Record<string, string>> = {
  "payer.name": "Aetna",
  "request.urgency": "expedited",
  decision: "approved",
  "appeal.level": "first",
  "benefit.prior_authorization_required": "yes",
  "results[].flag": "high",
};

test("every field of the catalogue has a home, and every home belongs to a field", () => {
  assert.deepEqual(Object.keys(FHIR_HOMES).sort(), FIELDS.map(({ name }) => name).sort());
});

test("every home is an element of R4", () => {
  const { types } = readStructure();
  for (const [name, homes] of Object.entries(FHIR_HOMES)) {
    for (const { path } of homes) {
      let type: string | undefined = path.split(".")[0];
      for (const step of path.split(".").slice(1)) {
        const elements: Readonly<Record<string, { types: readonly string[] }>> = types[type ?? ""] ?? {};
        const exact: string | undefined = elements[step]?.types[0];
        const choice: string | undefined = Object.entries(elements)
          .filter(([element]) => element.endsWith("[x]") && step.startsWith(element.slice(0, -3)))
          .flatMap(([element, rule]) =>
            rule.types.filter((one) => element.slice(0, -3) + one.charAt(0).toUpperCase() + one.slice(1) === step),
          )[0];
        type = exact ?? choice;
        assert.notEqual(type, undefined, `${name}: ${path} at ${step}`);
      }
    }
  }
});

/** Documents that differ in what decides between two homes of a field. */
const VARIANTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { "provider.name": "Riverside Infusion Center" },
  { "lines[0].hcpcs": "", "lines[0].charge_cents": "", "lines[0].paid_cents": "" },
  { decision: "partially_approved", "benefit.coinsurance_percent": "12.5" },
];

test("every home is reached by some type of document", () => {
  const documents = SAMPLE_TYPES.flatMap((type) =>
    VARIANTS.flatMap((variant) =>
      FIELDS.map(({ name, kind }) =>
        sampleUnderstanding(type, { [name.replace("[]", "[0]")]: CHOICES[name] ?? BY_KIND[kind], ...variant }),
      ),
    ),
  );
  const reached = new Set<string>();
  for (const understanding of documents) {
    for (const { field, path } of mapToBundle(understanding, sampleHead(), sampleAssessment()).completeness.located) {
      reached.add(`${fieldSpecName(field.name)} ${path.replace(/\[\d+\]/g, "")}`);
    }
  }
  const homes = Object.entries(FHIR_HOMES).flatMap(([name, list]) => list.map(({ path }) => `${name} ${path}`));
  assert.deepEqual(
    homes.filter((home) => !reached.has(home)),
    [],
  );
});

test("a clean document of every type is complete", () => {
  for (const type of SAMPLE_TYPES) {
    for (const decision of ["approved", "denied", "pended", "modified", "partially_approved"]) {
      const { completeness } = mapToBundle(
        sampleUnderstanding(type, type === DocumentType.DETERMINATION_LETTER ? { decision } : {}),
        sampleHead(),
        sampleAssessment(),
      );
      assert.deepEqual(completeness.lost, [], `${type} ${decision}`);
      assert.equal(completeness.figure, 1);
    }
  }
});

test("a value that is not of its kind is lost, and the figure says so", () => {
  const understanding = sampleUnderstanding(DocumentType.CLAIM_FORM, {
    "member.date_of_birth": "1984-02-31",
    "claim.total_charge_cents": "2,500.50",
  });
  const { completeness } = mapToBundle(understanding, sampleHead(), sampleAssessment());
  assert.deepEqual([...completeness.lost].sort(), ["claim.total_charge_cents", "member.date_of_birth"]);
  const asked = understanding.fields.length;
  assert.equal(completeness.figure, (asked - 2) / asked);
});

test("a changed or dropped value in the bundle is noticed, also when an equal one stands beside it", () => {
  const understanding = sampleUnderstanding(DocumentType.EXPLANATION_OF_BENEFIT, {
    "lines[0].paid_cents": "5000",
    "lines[1].hcpcs": "96415",
    "lines[1].paid_cents": "5000",
  });
  const { bundle } = mapToBundle(understanding, sampleHead(), sampleAssessment());
  const text = JSON.stringify(bundle.entry);
  assert.deepEqual(completenessOf(understanding, JSON.parse(text)).lost, []);
  assert.deepEqual(completenessOf(understanding, JSON.parse(text.replace('"value":50,', '"value":51,'))).lost, ["lines[1].paid_cents"]);
  assert.deepEqual(completenessOf(understanding, JSON.parse(text.replace("W284716093", "W284716098"))).lost, ["member.id"]);
});

test("a document without fields is complete", () => {
  assert.equal(completenessOf(sampleUnderstanding(DocumentType.OTHER), []).figure, 1);
});
