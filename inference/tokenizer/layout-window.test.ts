import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { layoutWindow } from "./layout-window.ts";
import type { Box } from "./page-box.ts";
import { createTokenizer } from "./tokenizer.ts";

const tokenizer = createTokenizer(JSON.parse(readFileSync(new URL("./data/byte-pairs.json", import.meta.url), "utf8")));
const WORDS = ["Prior", "authorization", "pembrolizumab"];
const BOXES: readonly Box[] = [
  [10, 20, 30, 40],
  [50, 60, 70, 80],
  [90, 100, 110, 120],
];

test("a word without a box is refused", () => {
  const [window] = tokenizer.windows(tokenizer.encodeWords(WORDS), { maxLength: 64, stride: 0 });
  assert.ok(window);
  assert.throws(() => layoutWindow(window, BOXES.slice(1)), { code: "INVALID_ARGUMENT", message: /word "2": there are 2 boxes/ });
});

test("every token has the box of its word, special tokens have none, in every window", () => {
  for (const window of tokenizer.windows(tokenizer.encodeWords(WORDS), { maxLength: 6, stride: 2 })) {
    const { ids, mask, boxes } = layoutWindow(window, BOXES);
    assert.deepEqual([...ids], [...window.ids].map(BigInt));
    assert.ok(mask.length === ids.length && mask.every((value) => value === 1n));
    for (const [index, word] of window.words.entries()) {
      assert.deepEqual([...boxes.subarray(index * 4, index * 4 + 4)].map(Number), word < 0 ? [0, 0, 0, 0] : BOXES[word]);
    }
  }
});
