import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentType, Understanding } from "../proto/document/v1/document.pb.ts";
import { isoDate, WORK_CLOCKS, workItemOf } from "./work-clock.ts";

const RECEIVED_AT_MS = Date.parse("2026-03-10T15:00:00Z");

function understanding(type: DocumentType, decision: string, values: Readonly<Record<string, string>>): Understanding {
  return Understanding.fromPartial({ type, decision, fields: Object.entries(values).map(([name, value]) => ({ name, value })) });
}

function due(type: DocumentType, decision: string, values: Readonly<Record<string, string>> = {}): string {
  const item = workItemOf(understanding(type, decision, values), RECEIVED_AT_MS);
  return `${item.code} ${item.dueDate}`;
}

test("an expedited request is followed within 72 hours, a standard one within 7 days", () => {
  const type = DocumentType.PRIOR_AUTHORIZATION_REQUEST;
  assert.equal(due(type, "", { "request.urgency": "expedited" }), "follow-decision 2026-03-13");
  assert.equal(due(type, "", { "request.urgency": "standard" }), "follow-decision 2026-03-17");
  assert.equal(due(type, ""), "follow-decision 2026-03-17");
});

test("a denial runs the stated appeal deadline, else one that is never too late", () => {
  const type = DocumentType.DETERMINATION_LETTER;
  assert.equal(due(type, "denied", { "appeal.deadline_date": "2026-09-01", "letter.date": "2026-03-02" }), "appeal-denial 2026-09-01");
  assert.equal(due(type, "denied", { "letter.date": "2026-03-02" }), "appeal-denial 2026-05-01");
  assert.equal(due(type, "partially_approved", { "letter.date": "2026-03-02" }), "appeal-denial 2026-05-01");
  assert.equal(
    due(type, "", { "letter.date": "2026-03-02" }),
    "appeal-denial 2026-05-01",
    "an unknown decision runs the shortest safe clock",
  );
  assert.ok(WORK_CLOCKS.appealDays < 65);
});

test("a pend asks for information, an approval for renewal before its end", () => {
  const type = DocumentType.DETERMINATION_LETTER;
  assert.equal(due(type, "pended", { "letter.date": "2026-03-02" }), "send-information 2026-03-09");
  assert.equal(due(type, "approved", { "authorization.end_date": "2027-03-01" }), "renew-authorization 2027-01-30");
  assert.equal(due(type, "approved", { "letter.date": "2026-03-02" }), "renew-authorization 2026-03-04");
  assert.equal(due(type, "cancelled", { "letter.date": "2026-03-02" }), "close-request 2026-03-04");
});

test("dates that are no dates are not used", () => {
  assert.equal(
    due(DocumentType.DETERMINATION_LETTER, "denied", { "appeal.deadline_date": "2026-02-30", "letter.date": "soon" }),
    "appeal-denial 2026-05-09",
  );
  assert.equal(isoDate("2026-02-30"), undefined);
  assert.equal(isoDate("2026-13-01"), undefined);
  assert.equal(isoDate("20260101"), undefined);
  assert.equal(isoDate("2028-02-29"), "2028-02-29");
});

test("every other type has work with a date", () => {
  for (const type of Object.values(DocumentType)) {
    const item = workItemOf(understanding(type, "", {}), RECEIVED_AT_MS);
    assert.match(item.code, /^[a-z-]+$/);
    assert.notEqual(isoDate(item.dueDate), undefined);
  }
});
