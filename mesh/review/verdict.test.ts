import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { FIELDS } from "../fields.ts";
import { sampleUnderstanding } from "../../test/samples/document.ts";
import { isSettledByPerson } from "../settled-by-person.ts";
import { applyVerdict, type Verdict } from "./verdict.ts";

const LETTER = { ...sampleUnderstanding(DocumentType.DETERMINATION_LETTER), missingFields: ["authorization.units"] };

function apply(verdict: Partial<Verdict>) {
  return applyVerdict(LETTER, { outcome: "accept", fields: {}, ...verdict });
}

function refused(verdict: Partial<Verdict>, message: RegExp): void {
  assert.throws(
    () => apply(verdict),
    (caught: unknown) => caught instanceof PayerHubError && caught.code === "INVALID_ARGUMENT" && message.test(caught.message),
  );
}

test("a corrected value is a person's, sure, keeps its place, and before and after are kept", () => {
  const { corrected, corrections } = apply({ fields: { "member.id": "W284716099 " } });
  const field = corrected.fields.find(({ name }) => name === "member.id");
  assert.deepEqual(
    [field?.value, field?.method, field?.confidence, field?.page, field?.steps],
    ["W284716099", "person", 1, 1, ["corrected"]],
  );
  assert.deepEqual(
    corrections.map(({ field: name, before, after, method, page }) => [name, before, after, method, page]),
    [["member.id", "W284716093", "W284716099", "rule", 1]],
  );
  assert.equal(corrected.fields.length, LETTER.fields.length);
});

test("a verdict without changes still says that a person settled it", () => {
  const { corrected, corrections } = apply({ fields: { "member.id": "W284716093" } });
  assert.deepEqual(corrections, []);
  assert.ok(isSettledByPerson(corrected) && !isSettledByPerson(LETTER));
  assert.equal(applyVerdict(corrected, { outcome: "accept", fields: {} }).corrected.versions.length, corrected.versions.length);
});

test("a field may be added or said to be absent", () => {
  const { corrected } = apply({ fields: { "authorization.units": "12", "drug.name": "" } });
  assert.equal(corrected.fields.find(({ name }) => name === "authorization.units")?.value, "12");
  assert.ok(!corrected.fields.some(({ name }) => name === "drug.name"));
  assert.deepEqual(corrected.missingFields, []);
});

test("decision and type move together with their fields", () => {
  const { corrected } = apply({ decision: "denied" });
  assert.equal(corrected.decision, "denied");
  assert.equal(corrected.fields.find(({ name }) => name === "decision")?.value, "denied");
  assert.equal(apply({ fields: { decision: "pended" } }).corrected.decision, "pended");
  const other = apply({ documentType: "appeal_letter" }).corrected;
  assert.deepEqual([other.type, other.typeConfidence, other.decision], [DocumentType.APPEAL_LETTER, 1, ""]);
});

test("a corrected payer name leads to the payer's id", () => {
  assert.equal(apply({ fields: { "payer.name": "humana gold plus" } }).corrected.payerId, "humana");
  assert.equal(apply({ fields: { "payer.name": "Nobody Mutual" } }).corrected.payerId, "");
  assert.equal(apply({}).corrected.payerId, "aetna");
});

test("unknown fields, types, decisions and malformed values are refused, and the message holds no value", () => {
  refused({ fields: { "member.shoe_size": "9" } }, /"member.shoe_size" is no field/);
  refused({ fields: { __proto__: "x", constructor: "x" } }, /is no field/);
  refused({ documentType: "invoice" }, /"invoice" is no document type/);
  refused({ documentType: "unspecified" }, /is no document type/);
  refused({ decision: "maybe" }, /"maybe" is no decision/);
  for (const [name, value] of [
    ["member.date_of_birth", "07/19/1984"],
    ["claim.total_paid_cents", "12.50"],
    ["drug.quantity", "two"],
    ["member.name", "a\u0000b"],
    ["member.name", "x".repeat(501)],
  ] as const) {
    refused({ fields: { [name]: value } }, new RegExp(`the value of "${name.replace(".", "\\.")}" is not a \\w+, a \\w+ is required$`));
  }
});

test("whatever a person types, the answer is an understanding or a coded refusal", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom(...FIELDS.map((field) => field.name.replace("[]", "[0]"))));
  const verdict = fc.record({ decision: fc.option(fc.string(), { nil: undefined }), fields: fc.dictionary(name, fc.string()) });
  fc.assert(
    fc.property(verdict, ({ decision, fields }) => {
      try {
        const { corrected } = apply({ fields, ...(decision === undefined ? {} : { decision }) });
        assert.equal(new Set(corrected.fields.map((field) => field.name)).size, corrected.fields.length);
      } catch (caught) {
        assert.ok(caught instanceof PayerHubError && caught.code === "INVALID_ARGUMENT", String(caught));
      }
    }),
    { numRuns: 500 },
  );
});
