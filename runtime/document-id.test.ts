import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { DOCUMENT_ID_PATTERN, documentIdOf } from "./document-id.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the id is the first 130 bits of SHA-256(tenant, NUL, digest) in Crockford's base 32", () => {
  const digest = createHash("sha256")
    .update(`acme\0${sha256("fax")}`)
    .digest();
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const expected = Array.from({ length: 26 }, (_, index) => Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2));
  const characters = expected.map((value) => "0123456789abcdefghjkmnpqrstvwxyz".charAt(value)).join("");
  assert.equal(documentIdOf("acme", sha256("fax")), `doc_${characters}`);
});

test("ids are well formed, repeatable, and differ by tenant and content", () => {
  const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
  fc.assert(
    fc.property(tenant, tenant, fc.string(), fc.string(), (one, two, a, b) => {
      const id = documentIdOf(one, sha256(a));
      assert.match(id, DOCUMENT_ID_PATTERN);
      assert.equal(documentIdOf(one, sha256(a)), id);
      assert.equal(documentIdOf(two, sha256(b)) === id, one === two && a === b);
    }),
  );
});

test("a malformed digest or tenant is refused", () => {
  for (const digest of ["", "abc", sha256("x").toUpperCase(), `${sha256("x")}0`]) {
    assert.throws(() => documentIdOf("acme", digest), { code: "INVALID_ARGUMENT" });
  }
  assert.throws(() => documentIdOf("", sha256("x")), { code: "INVALID_ARGUMENT" });
  assert.throws(() => documentIdOf("a\0b", sha256("x")), { code: "INVALID_ARGUMENT" });
});
