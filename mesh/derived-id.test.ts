import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { derivedId } from "./derived-id.ts";

test("derived ids are version 5 UUIDs with the RFC 9562 variant", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (parts) => {
      assert.match(derivedId(...parts), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});

test("equal parts give equal ids and different framings differ", () => {
  assert.equal(derivedId("a", "b"), derivedId("a", "b"));
  assert.notEqual(derivedId("a", "bc"), derivedId("ab", "c"));
  assert.notEqual(derivedId("a"), derivedId("a", ""));
});

test("different lists of parts never meet", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (left, right) => {
      fc.pre(JSON.stringify(left) !== JSON.stringify(right));
      assert.notEqual(derivedId(...left), derivedId(...right));
    }),
  );
});
