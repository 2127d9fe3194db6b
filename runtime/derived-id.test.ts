import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { derivedId } from "./derived-id.ts";

test("the same parts give the same id, in UUID form with version 8", () => {
  assert.equal(derivedId("a", "b", 1), derivedId("a", "b", 1));
  assert.match(derivedId("a"), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("parts do not run into each other", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string(), { minLength: 1 }), (left, right) => {
      fc.pre(left.length !== right.length || left.some((part, index) => part !== right[index]));
      assert.notEqual(derivedId(...left), derivedId(...right));
    }),
  );
  assert.notEqual(derivedId("ab", "c"), derivedId("a", "bc"));
});
