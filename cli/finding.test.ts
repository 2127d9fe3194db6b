import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentType, Field, Understanding } from "../proto/document/v1/document.pb.ts";
import { findingOf } from "./finding.ts";

function understanding(type: DocumentType, values: Readonly<Record<string, string>>, decision = ""): Understanding {
  const fields = Object.entries(values).map(([name, value]) => Field.create({ name, value }));
  return Understanding.create({ type, decision, fields });
}

for (const [type, values, decision, expected] of [
  [DocumentType.DETERMINATION_LETTER, {}, "partially_approved", "partially approved"],
  [DocumentType.EXPLANATION_OF_BENEFIT, { "claim.total_paid_cents": "123456" }, "", "paid $1,234.56"],
  [DocumentType.ELIGIBILITY_RESPONSE, { "eligibility.status": "active" }, "", "coverage active"],
  [DocumentType.MEDICAL_RECORD, { "diagnoses[0].icd10": "M05.79" }, "", "1 diagnosis"],
  [DocumentType.LAB_RESULT, { "results[0].value": "1", "results[1].value": "2" }, "", "2 results"],
  [DocumentType.CLAIM_FORM, { "claim.total_charge_cents": "12x" }, "", undefined],
  [DocumentType.APPEAL_LETTER, {}, "", undefined],
  [DocumentType.OTHER, {}, "", undefined],
] as const) {
  test(`the finding of type ${type} with ${JSON.stringify(values)} is ${expected}`, () => {
    assert.equal(findingOf(understanding(type, values, decision)), expected);
  });
}

test("no finding quotes a person", () => {
  const values = { "member.name": "Jane Doe", "member.id": "W123", "drug.name": "Humira", "request.urgency": "standard" };
  for (const type of Object.values(DocumentType)) assert.doesNotMatch(findingOf(understanding(type, values)) ?? "", /Jane|W123/);
});
