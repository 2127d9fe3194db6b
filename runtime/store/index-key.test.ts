import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PayerHubError } from "../error.ts";
import { cursorOf, indexKey, indexRange } from "./index-key.ts";
import type { IndexPart } from "./store.ts";

const part: fc.Arbitrary<IndexPart> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("", "a", "aa", "a!", "~", " ", 0, -0, 1, -1),
);
const tuple = fc.array(part, { maxLength: 3 });
const id = fc.stringMatching(/^[!-~]{1,8}$/);

function compareParts(left: IndexPart, right: IndexPart): number {
  if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
  if (typeof left === "number") return Math.sign(left - Number(right));
  return Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
}

function compareTuples(left: readonly IndexPart[], right: readonly IndexPart[]): number {
  for (const [at, value] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = compareParts(value, other);
    if (order !== 0) return order;
  }
  return left.length === right.length ? 0 : -1;
}

const compareTexts = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

test("keys sort like their tuples, then by id", () => {
  fc.assert(
    fc.property(tuple, id, tuple, id, (left, leftId, right, rightId) => {
      const expected = compareTuples(left, right) || compareTexts(leftId, rightId);
      assert.equal(Math.sign(compareTexts(indexKey(left, leftId), indexKey(right, rightId))), Math.sign(expected));
    }),
    { numRuns: 2_000 },
  );
});

test("a range holds exactly the tuples with the prefix whose next part is within the bounds", () => {
  const bound = fc.option(part, { nil: undefined });
  const bounds = fc.record({ from: bound, before: bound });
  fc.assert(
    fc.property(tuple, tuple, id, bounds, (prefix, parts, recordId, { from, before }) => {
      const given = { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) };
      const { low, high } = indexRange({ prefix, ...given });
      const key = indexKey(parts, recordId);
      const next = parts[prefix.length];
      const expected =
        prefix.every((value, at) => parts[at] !== undefined && compareParts(value, parts[at]) === 0) &&
        (from === undefined || (next !== undefined && compareParts(next, from) >= 0)) &&
        (before === undefined || (next !== undefined && compareParts(next, before) < 0));
      assert.equal(compareTexts(key, low) >= 0 && compareTexts(key, high) < 0, expected);
    }),
    { numRuns: 2_000 },
  );
});

test("a cursor goes on after its key; one of another query is refused", () => {
  const key = indexKey(["new", 5], "a");
  assert.deepEqual(indexRange({ prefix: ["new"], after: cursorOf(key) }).low, key);
  assert.equal(indexRange({ prefix: ["new"], after: cursorOf(key) }).lowIsTaken, true);
  for (const after of [cursorOf(indexKey(["old"], "a")), "", "!!!"]) {
    assert.throws(
      () => indexRange({ prefix: ["new"], after }),
      (error) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT",
    );
  }
});

test("parts without an order or of no bounded size are refused", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, "x".repeat(513), "\ud800"]) {
    assert.throws(
      () => indexKey([bad], "a"),
      (error) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT",
    );
  }
});
