import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSeeds, type Split } from "./seed-split.ts";

test("no exporter reaches validation from training, or evaluation at all", () => {
  const wrong: readonly (readonly [string, number, number])[] = [
    ["train", 0, 1],
    ["train", 799_999, 2],
    ["train", 800_000, 1],
    ["validate", 799_999, 1],
    ["validate", 899_999, 2],
    ["validate", 900_000, 1],
    ["evaluate", 900_000, 1],
    ["toString", 1, 1],
    ["train", 1, 0],
    ["train", 1.5, 1],
    ["train", Number.NaN, 1],
  ];
  for (const [split, first, count] of wrong)
    assert.throws(() => checkSeeds(split as Split, first, count), RangeError, `${split} ${first} ${count}`);
});

test("seeds within their split are given", () => {
  assert.deepEqual(checkSeeds("train", 799_998, 2), [799_998, 799_999]);
  assert.deepEqual(checkSeeds("validate", 899_999, 1), [899_999]);
});
