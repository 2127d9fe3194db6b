import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { HUB_EVENT_TYPES, hubEventId, hubEventType } from "./hub-events.ts";

const TABLE = [
  [DocumentType.PRIOR_AUTHORIZATION_REQUEST, "", "document.processed"],
  [DocumentType.DETERMINATION_LETTER, "approved", "prior_authorization.approved"],
  [DocumentType.DETERMINATION_LETTER, "denied", "prior_authorization.denied"],
  [DocumentType.DETERMINATION_LETTER, "pended", "prior_authorization.pended"],
  [DocumentType.DETERMINATION_LETTER, "modified", "prior_authorization.modified"],
  [DocumentType.DETERMINATION_LETTER, "partially_approved", "prior_authorization.modified"],
  [DocumentType.DETERMINATION_LETTER, "cancelled", "prior_authorization.cancelled"],
  [DocumentType.DETERMINATION_LETTER, "", "document.processed"],
  [DocumentType.ELIGIBILITY_RESPONSE, "", "eligibility.updated"],
  [DocumentType.BENEFIT_SUMMARY, "", "eligibility.updated"],
  [DocumentType.CLAIM_FORM, "", "claim.updated"],
  [DocumentType.EXPLANATION_OF_BENEFIT, "", "claim.updated"],
  [DocumentType.APPEAL_LETTER, "denied", "appeal.updated"],
  [DocumentType.MEDICAL_RECORD, "", "document.processed"],
  [DocumentType.PRESCRIPTION, "approved", "document.processed"],
  [DocumentType.LAB_RESULT, "", "document.processed"],
  [DocumentType.OTHER, "", "document.processed"],
  [DocumentType.UNSPECIFIED, "", "document.processed"],
] as const;

test("the event type follows from document type and decision", () => {
  for (const [type, decision, expected] of TABLE) {
    assert.equal(hubEventType(type, decision), expected, `${type} "${decision}"`);
  }
  assert.equal(new Set(TABLE.map((row) => row[0])).size, Object.keys(DocumentType).length, "every type stands in the table");
});

test("a word that is no decision never becomes an approval", () => {
  for (const decision of ["Approved", "approve", "approved ", "denied,approved", "__proto__", "constructor"]) {
    assert.equal(hubEventType(DocumentType.DETERMINATION_LETTER, decision), "document.processed");
  }
});

test("event ids differ by document, revision and type and are the same on every call", () => {
  const ids = new Set<string>();
  for (const document of ["a", "b"]) {
    for (const revision of [1, 2, 11]) {
      for (const type of HUB_EVENT_TYPES) {
        assert.equal(hubEventId(document, revision, type), hubEventId(document, revision, type));
        ids.add(hubEventId(document, revision, type));
      }
    }
  }
  assert.equal(ids.size, 2 * 3 * HUB_EVENT_TYPES.length);
});
