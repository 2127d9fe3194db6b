import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { documentTypeName, documentTypeOf } from "./document-type-name.ts";

test("every type has a lower-case name that leads back to it", () => {
  for (const type of Object.values(DocumentType)) {
    assert.match(documentTypeName(type), /^[a-z_]+$/);
    assert.equal(documentTypeOf(documentTypeName(type)), type);
  }
});

test("an unknown name has no type", () => {
  assert.equal(documentTypeOf("invoice"), undefined);
  assert.equal(documentTypeOf("DETERMINATION_LETTER"), undefined);
});
