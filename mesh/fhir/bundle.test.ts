import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  Bundle,
  Claim,
  ClaimResponse,
  CoverageEligibilityResponse,
  ExplanationOfBenefit,
  Provenance,
  Resource,
  Task,
} from "@medplum/fhirtypes";
import fc from "fast-check";
import { Assessment, DocumentType, Understanding } from "../../proto/document/v1/document.pb.ts";
import { FIELDS } from "../fields.ts";
import { SAMPLE_TYPES, sampleAssessment, sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { mapToBundle } from "./bundle.ts";
import { readStructure } from "./structure.ts";
import { createBundleValidator } from "./validate-bundle.ts";

const validate = createBundleValidator(readStructure());

function map(type: DocumentType, values: Readonly<Record<string, string>> = {}): Bundle {
  return mapToBundle(sampleUnderstanding(type, values), sampleHead(), sampleAssessment()).bundle;
}

function only<T extends Resource>(bundle: Bundle, type: T["resourceType"]): T {
  const found = (bundle.entry ?? []).flatMap(({ resource }) => (resource?.resourceType === type ? [resource as T] : []));
  assert.equal(found.length, 1, `one ${type}`);
  return found[0] as T;
}

/** Any fields with any values, most of them wrong for their kind: what a bad page may yield. */
export const anyUnderstanding = fc
  .record({
    type: fc.constantFrom(...Object.values(DocumentType)),
    decision: fc.constantFrom("", "approved", "denied", "pended", "modified", "partially_approved", "cancelled", "toString", "maybe"),
    payerId: fc.constantFrom("", "aetna", "uhc", "nobody"),
    values: fc.array(
      fc.record({
        name: fc
          .constantFrom(...FIELDS.map(({ name }) => name))
          .chain((name) => fc.nat(3).map((index) => name.replace("[]", `[${index}]`))),
        value: fc.oneof(
          fc.string(),
          fc.string({ unit: "binary" }),
          fc.constantFrom(
            "2026-03-01",
            "2026-02-30",
            "12345",
            "-5",
            "1.5",
            "99999999999999",
            "active",
            "yes",
            "high",
            "expedited",
            "J3590",
            " ",
            "Riverside Clinic",
          ),
        ),
        confidence: fc.double({ min: 0, max: 1, noNaN: true }),
        page: fc.nat(300),
      }),
      { maxLength: 60 },
    ),
  })
  .map(({ type, decision, payerId, values }) => Understanding.fromPartial({ type, decision, payerId, fields: values }));

test("every bundle is valid with closed references, whatever a page yields", () => {
  fc.assert(
    fc.property(anyUnderstanding, (understanding) => {
      const { bundle } = mapToBundle(understanding, sampleHead(), Assessment.fromPartial({}));
      assert.deepEqual(validate(bundle), []);
    }),
    { numRuns: 500 },
  );
});

test("the same document gives the same bytes, and another document other urls", () => {
  const first = map(DocumentType.DETERMINATION_LETTER);
  assert.equal(JSON.stringify(map(DocumentType.DETERMINATION_LETTER)), JSON.stringify(first));
  const other = mapToBundle(sampleUnderstanding(DocumentType.DETERMINATION_LETTER), sampleHead("another"), sampleAssessment()).bundle;
  const urls = new Set((first.entry ?? []).map(({ fullUrl }) => fullUrl));
  assert.ok((other.entry ?? []).every(({ fullUrl }) => !urls.has(fullUrl)));
});

test("a revision keeps its resources' urls, so that hubs update rather than add", () => {
  const urls = [1, 2].map((revision) => {
    const { bundle } = mapToBundle(sampleUnderstanding(DocumentType.CLAIM_FORM), sampleHead("doc", revision), sampleAssessment());
    return (bundle.entry ?? []).map(({ fullUrl }) => fullUrl);
  });
  assert.deepEqual(urls[0], urls[1]);
});

test("what the ten types need is there", () => {
  const expected: ReadonlyMap<DocumentType, string> = new Map<DocumentType, string>([
    [DocumentType.PRIOR_AUTHORIZATION_REQUEST, "Claim"],
    [DocumentType.DETERMINATION_LETTER, "ClaimResponse"],
    [DocumentType.ELIGIBILITY_RESPONSE, "CoverageEligibilityResponse"],
    [DocumentType.CLAIM_FORM, "Claim"],
    [DocumentType.EXPLANATION_OF_BENEFIT, "ExplanationOfBenefit"],
    [DocumentType.APPEAL_LETTER, "Claim"],
    [DocumentType.BENEFIT_SUMMARY, "CoverageEligibilityResponse"],
    [DocumentType.MEDICAL_RECORD, "Condition"],
    [DocumentType.PRESCRIPTION, "MedicationRequest"],
    [DocumentType.LAB_RESULT, "DiagnosticReport"],
    [DocumentType.OTHER, "DocumentReference"],
  ]);
  for (const type of SAMPLE_TYPES) {
    const types = (map(type).entry ?? []).map(({ resource }) => resource?.resourceType ?? "");
    for (const wanted of ["Patient", "Task", "DocumentReference", "Provenance", expected.get(type) ?? "missing from the table"]) {
      assert.ok(types.includes(wanted as (typeof types)[number]), `${type} has ${wanted}`);
    }
  }
});

test("a determination's decision stands per item as the review action, and outcome never tells it", () => {
  const actions = { approved: "A1", denied: "A3", pended: "A4", modified: "A6" };
  for (const [decision, action] of Object.entries(actions)) {
    const response = only<ClaimResponse>(map(DocumentType.DETERMINATION_LETTER, { decision }), "ClaimResponse");
    assert.equal(response.outcome, "complete");
    assert.equal(response.disposition, decision);
    const coding = response.item?.[0]?.adjudication[0]?.extension?.[0]?.extension?.[0]?.valueCodeableConcept?.coding?.[0];
    assert.deepEqual(coding, { system: "https://codesystem.x12.org/005010/306", code: action });
  }
});

test("a mixed decision is told as mixed, without a code for any item", () => {
  const response = only<ClaimResponse>(map(DocumentType.DETERMINATION_LETTER, { decision: "partially_approved" }), "ClaimResponse");
  assert.equal(response.disposition, "partially_approved");
  assert.equal(response.item?.[0]?.adjudication[0]?.extension, undefined);
  assert.equal(only<ClaimResponse>(map(DocumentType.DETERMINATION_LETTER, { decision: "cancelled" }), "ClaimResponse").status, "cancelled");
});

test("the authorization number is written in both dialects, with the granted period and units", () => {
  const values = { "services[0].hcpcs": "J3590", "authorization.units": "12" };
  const response = only<ClaimResponse>(map(DocumentType.DETERMINATION_LETTER, values), "ClaimResponse");
  assert.equal(response.preAuthRef, "PA00917345");
  assert.deepEqual(response.item?.[0]?.adjudication[0]?.extension?.[0]?.extension?.[1], { url: "number", valueString: "PA00917345" });
  assert.deepEqual(response.preAuthPeriod, { start: "2026-03-02", end: "2027-03-01" });
  assert.equal(response.addItem?.[0]?.quantity?.value, 12);
  assert.deepEqual(response.addItem?.[0]?.itemSequence, [1]);
});

test("a period that ends before it starts is not written as one", () => {
  const values = { "authorization.start_date": "2026-05-01", "authorization.end_date": "2026-01-01" };
  const response = only<ClaimResponse>(map(DocumentType.DETERMINATION_LETTER, values), "ClaimResponse");
  assert.deepEqual(response.preAuthPeriod, { start: "2026-05-01" });
});

test("a denial carries its reason, its work item and its deadline", () => {
  const bundle = map(DocumentType.DETERMINATION_LETTER, { decision: "denied" });
  const response = only<ClaimResponse>(bundle, "ClaimResponse");
  assert.equal(response.processNote?.[0]?.text, "Step therapy was not met");
  assert.equal(response.item?.[0]?.adjudication[0]?.reason?.text, "Step therapy was not met");
  const work = only<Task>(bundle, "Task");
  assert.equal(work.code?.coding?.[0]?.code, "appeal-denial");
  assert.equal(work.restriction?.period?.end, "2026-08-29");
});

test("requests, bills and appeals are claims of the right use", () => {
  const request = only<Claim>(map(DocumentType.PRIOR_AUTHORIZATION_REQUEST, { "request.urgency": "expedited" }), "Claim");
  assert.equal(request.use, "preauthorization");
  assert.equal(request.priority.coding?.[0]?.code, "stat");
  assert.equal(only<Claim>(map(DocumentType.CLAIM_FORM), "Claim").use, "claim");
  const appeal = only<Claim>(map(DocumentType.APPEAL_LETTER), "Claim");
  assert.equal(appeal.use, "preauthorization");
  assert.equal(appeal.related?.[0]?.claim?.identifier?.value, "PA00917345");
  assert.equal(only<Claim>(map(DocumentType.APPEAL_LETTER, { "claim.number": "E1" }), "Claim").use, "claim");
});

test("amounts are exact dollars of their cents, by line and in total", () => {
  const benefit = only<ExplanationOfBenefit>(
    map(DocumentType.EXPLANATION_OF_BENEFIT, { "lines[0].charge_cents": "250050" }),
    "ExplanationOfBenefit",
  );
  const line = benefit.item?.[0]?.adjudication?.map(({ category, amount }) => [category.coding?.[0]?.code, amount?.value]);
  assert.deepEqual(line, [
    ["submitted", 2500.5],
    ["benefit", 1800],
  ]);
  assert.deepEqual(
    benefit.total?.map(({ amount }) => amount.value),
    [1800, 200],
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (cents) => {
      const total = only<Claim>(map(DocumentType.CLAIM_FORM, { "claim.total_charge_cents": String(cents) }), "Claim").total?.value ?? -1;
      assert.equal(Math.round(total * 100), cents);
    }),
    { numRuns: 100 },
  );
});

test("benefits are kept apart by type, and coverage that is not in force says so", () => {
  const values = { "benefit.coinsurance_percent": "20", "eligibility.status": "inactive", "benefit.prior_authorization_required": "yes" };
  const answer = only<CoverageEligibilityResponse>(map(DocumentType.BENEFIT_SUMMARY, values), "CoverageEligibilityResponse");
  const benefits = answer.insurance?.[0]?.item?.[0]?.benefit?.map(({ type, allowedMoney, allowedUnsignedInt }) => [
    type.coding?.[0]?.code,
    allowedMoney?.value ?? allowedUnsignedInt,
  ]);
  assert.deepEqual(benefits, [
    ["deductible", 1500],
    ["out-of-pocket-maximum", 6000],
    ["copay-percent", 20],
  ]);
  assert.equal(answer.insurance?.[0]?.inforce, false);
  assert.equal(answer.insurance?.[0]?.item?.[0]?.authorizationRequired, true);
});

test("required parts that the page does not tell are marked unknown, not invented", () => {
  const bare = mapToBundle(Understanding.fromPartial({ type: DocumentType.DETERMINATION_LETTER }), sampleHead(), sampleAssessment()).bundle;
  assert.deepEqual(validate(bare), []);
  const response = only<ClaimResponse>(bare, "ClaimResponse");
  assert.equal(response.insurer?.extension?.[0]?.valueCode, "unknown");
  assert.equal(response.disposition, undefined);
});

test("the original is named by its digest and no bytes travel", () => {
  const text = JSON.stringify(map(DocumentType.OTHER));
  assert.match(text, /"url":"ni:\/\/\/sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"/);
  assert.doesNotMatch(text, /"data":/);
});

test("provenance points at each value with page, box, method and confidence, and holds no value", () => {
  const bundle = map(DocumentType.DETERMINATION_LETTER);
  const provenance = only<Provenance>(bundle, "Provenance");
  const text = JSON.stringify(provenance);
  for (const value of ["Maren", "W284716093", "1984-07-19", "PA00917345"]) assert.ok(!text.includes(value), `no ${value.slice(0, 2)}…`);
  assert.ok(provenance.target.length >= 8);
  const member = provenance.target.find((target) => target.extension?.[0]?.valueString === "Patient.identifier[0].value");
  assert.deepEqual(
    member?.extension?.[1]?.extension?.map(({ url, valueString, valueDecimal, valuePositiveInt }) => [
      url,
      valueString ?? valueDecimal ?? valuePositiveInt,
    ]),
    [
      ["field", "member.id"],
      ["confidence", 0.97],
      ["page", 1],
      ["box", "10,20,210,44"],
      ["method", "rule"],
    ],
  );
  assert.deepEqual(
    provenance.agent.map(({ who }) => who.display),
    ["payerhub", "understand@1", "score@1"],
  );
});
