import assert from "node:assert/strict";
import { test } from "node:test";
import { documentFilter, documentSubject, DOCUMENT_SUBJECTS, hubSubject } from "./subjects.ts";

test("subjects hold the tenant at the third token", () => {
  assert.equal(documentSubject("acme", "received"), "documents.v1.acme.document.received");
  assert.equal(hubSubject("acme", "main", "claim.updated").split(".")[2], "acme");
  assert.equal(documentSubject("acme", "read").split(".").length, DOCUMENT_SUBJECTS.split(".").length);
  assert.equal(documentFilter("read"), "documents.v1.*.document.read");
});

for (const name of ["", "a.b", "*", ">", "A", "a b", "-a", "x".repeat(64), "jane doe"]) {
  test(`the tenant "${name.slice(0, 10)}" is refused: it could widen a subject`, () => {
    assert.throws(() => documentSubject(name, "received"), /naming a tenant/);
    assert.throws(() => hubSubject("acme", name, "x"), /naming a hub/);
  });
}
