import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DocumentType, PageWords } from "../../proto/document/v1/document.pb.ts";
import { classify, isCoverSheet } from "./classify.ts";
import { guessLanguage } from "./language.ts";
import { mentionsAdverseEvent } from "./adverse-event.ts";
import { typedPage } from "./page-fixture.ts";
import { pageModel } from "./page-model.ts";

const NO_CONTEXT = { fileName: "", sender: "" };
const typed = (...pages: readonly (readonly string[])[]) =>
  classify(
    pages.map((lines, at) => pageModel(typedPage(lines, { page: at + 1 }))),
    NO_CONTEXT,
  );

const COVER = [
  "# FAX COVER SHEET",
  "",
  "To: Aetna",
  "From: Dr. Lee",
  "Number of pages: 3",
  "CONFIDENTIAL: appeal, prescription, laboratory report",
];
const DOCUMENTS: readonly (readonly [DocumentType, readonly string[]])[] = [
  [
    DocumentType.PRIOR_AUTHORIZATION_REQUEST,
    ["# Prior Authorization Request Form", "", "Review Type: Standard", "Member Name: Ann Lee", "Requesting Provider: Bob Ray"],
  ],
  [
    DocumentType.DETERMINATION_LETTER,
    [
      "Dear Ann Lee:",
      "",
      "Thank you for the request that we received on 01/02/2026.",
      "",
      "This request has been denied.",
      "",
      "How to Appeal",
    ],
  ],
  [DocumentType.ELIGIBILITY_RESPONSE, ["# Eligibility Verification", "", "Coverage Status: Active", "Coverage Effective Date: 01/01/2026"]],
  [
    DocumentType.CLAIM_FORM,
    ["# Health Insurance Claim Form", "", "Place of Service: 11", "Total Charge: $12.00", "Accept Assignment: Yes"],
  ],
  [DocumentType.EXPLANATION_OF_BENEFIT, ["# Explanation of Benefits", "", "This is not a bill", "Patient Responsibility: $12.00"]],
  [
    DocumentType.APPEAL_LETTER,
    ["To the Appeals Committee:", "", "I am writing to appeal the denial of Humira.", "", "Reason for appeal: it works."],
  ],
  [
    DocumentType.BENEFIT_SUMMARY,
    ["# Summary of Benefits", "", "Annual Deductible: $500.00", "Out-of-Pocket Maximum: $2,000.00", "Copay: $20.00"],
  ],
  [
    DocumentType.MEDICAL_RECORD,
    ["# Office Visit Note", "", "Chief Complaint", "", "History of Present Illness", "", "Assessment and Plan"],
  ],
  [
    DocumentType.PRESCRIPTION,
    ["# Prescription Order Form", "", "Date Written: 01/02/2026", "Refills: 3", "Sig: Take one tablet daily", "Dispense as written"],
  ],
  [DocumentType.LAB_RESULT, ["# Laboratory Report", "", "Accession: L123", "Collected: 01/02/2026", "Reference Range"]],
];

describe("classify", () => {
  for (const [type, lines] of DOCUMENTS) {
    test(`type ${type} by its own words`, () => {
      const found = typed(lines);
      assert.equal(found.type, type);
      assert.ok(found.confidence > 0.8, `confidence ${found.confidence}`);
    });
    test(`type ${type} behind a cover sheet that names others`, () => assert.equal(typed(COVER, lines).type, type));
  }
  test("an attached record does not outvote the request in front of it", () => {
    const request = DOCUMENTS[0]?.[1] ?? [];
    const record = DOCUMENTS[7]?.[1] ?? [];
    assert.equal(typed(request, record, record, record).type, DocumentType.PRIOR_AUTHORIZATION_REQUEST);
  });
  test("what is nobody's form is other", () => {
    assert.equal(typed(["# Weekly Lunch Menu", "", "Tomato soup      $6.50", "Ask about our catering trays."]).type, DocumentType.OTHER);
    assert.equal(typed([]).type, DocumentType.OTHER);
    assert.equal(classify([], NO_CONTEXT).type, DocumentType.OTHER);
  });
  test("the file name tips the balance between equals, not against a title", () => {
    const page = pageModel(typedPage(DOCUMENTS[9]?.[1] ?? []));
    assert.equal(classify([page], { fileName: "appeal.tif", sender: "" }).type, DocumentType.LAB_RESULT);
  });
  test("probabilities of all candidates stay within 0 and 1 and add up to at most 1", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...DOCUMENTS.flatMap(([, lines]) => lines)), { maxLength: 20 }), (lines) => {
        const { candidates } = typed(lines);
        assert.ok(candidates.every(({ confidence }) => confidence >= 0 && confidence <= 1));
        assert.ok(candidates.reduce((sum, { confidence }) => sum + confidence, 0) <= 1.000001);
      }),
    );
  });
});

test("isCoverSheet tells a cover sheet from a letter that mentions a fax", () => {
  assert.equal(isCoverSheet(pageModel(typedPage(COVER))), true);
  assert.equal(isCoverSheet(pageModel(typedPage(["Please send the records by fax.", "To: the reviewer"]))), false);
  assert.equal(isCoverSheet(pageModel(PageWords.fromPartial({ page: 1 }))), false);
});

test("guessLanguage knows its languages and says when it does not", () => {
  const words = (text: string) => text.split(" ");
  assert.equal(guessLanguage(words("the request for your drug is not approved and you have the right to appeal"), 0), "en");
  assert.equal(
    guessLanguage(words("la solicitud de su medicamento no fue aprobada por el plan y usted puede apelar con los documentos"), 0),
    "es",
  );
  assert.equal(guessLanguage(words("lorem ipsum dolor sit amet"), 0), "und");
  assert.equal(guessLanguage([], 0), "und");
  assert.equal(guessLanguage(words("Sodium 137 mmol/L"), 6), "en");
});

test("mentionsAdverseEvent counts events, not their absence or advice", () => {
  assert.equal(mentionsAdverseEvent("The patient developed a rash after the second dose."), true);
  assert.equal(mentionsAdverseEvent("She was hospitalized with a severe allergic reaction."), true);
  assert.equal(mentionsAdverseEvent("Patient denies new side effects at this visit."), false);
  assert.equal(mentionsAdverseEvent("No adverse events were reported."), false);
  assert.equal(mentionsAdverseEvent("Call your doctor if you have an allergic reaction."), false);
});
