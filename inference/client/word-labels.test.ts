import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { likeliest, mergeWindows } from "./word-labels.ts";

const LABELS = ["O", "B-id", "I-id", "B-date", "I-date"];
const KINDS = ["O", "id", "date"];
/** Logits of one token that is sure of one label. */
const sure = (label: string) => LABELS.map((one) => (one === label ? 9 : 0));
const window = (words: readonly number[], rows: readonly (readonly number[])[]) => ({
  words: Int32Array.from(words),
  logits: Float32Array.from(rows.flat()),
});
const kindsOf = ({ kinds, probabilities }: ReturnType<typeof mergeWindows>) =>
  Array.from(
    { length: probabilities.length / kinds.length },
    (_, word) => kinds[likeliest(probabilities.subarray(word * 3, word * 3 + 3))],
  );

test("the first token of a word speaks for it, begin and inside add up", () => {
  const one = window([-1, 0, 0, 1, 2, -1], [sure("O"), sure("B-id"), sure("B-date"), sure("I-id"), sure("O"), sure("O")]);
  const labels = mergeWindows([one], { words: 3, labels: LABELS });
  assert.deepEqual(labels.kinds, KINDS);
  assert.deepEqual(kindsOf(labels), ["id", "id", "O"]);
  assert.deepEqual([...labels.begins].slice(0, 2), [1, 0]);
});

test("of two windows the one that sees more around a word is believed", () => {
  const left = window([-1, 0, 1, 2, -1], [sure("O"), sure("B-id"), sure("B-id"), sure("B-date"), sure("O")]);
  const right = window([-1, 2, 3, 4, -1], [sure("O"), sure("B-id"), sure("B-date"), sure("B-date"), sure("O")]);
  assert.deepEqual(kindsOf(mergeWindows([left, right], { words: 5, labels: LABELS })).slice(2, 4), ["date", "date"]);
  const longer = window([-1, 1, 2, 3, 4, -1], [sure("O"), sure("O"), sure("O"), sure("O"), sure("O"), sure("O")]);
  assert.equal(kindsOf(mergeWindows([left, longer], { words: 5, labels: LABELS }))[2], "O");
});

test("a word that begins before a window is judged where its first token stands", () => {
  const first = window([-1, 0, 1, -1], [sure("O"), sure("B-id"), sure("B-date"), sure("O")]);
  const second = window([-1, 1, 1, 2, -1], [sure("O"), sure("O"), sure("O"), sure("B-id"), sure("O")]);
  assert.deepEqual(kindsOf(mergeWindows([first, second], { words: 3, labels: LABELS })), ["id", "date", "id"]);
});

test("every row adds up to one, and a word without tokens is nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 5, maxLength: 5 }), { maxLength: 6 }),
      (rows) => {
        const words = rows.length + 1;
        const labels = mergeWindows([window([...rows.keys()], rows)], { words, labels: LABELS });
        for (let word = 0; word < words; word += 1) {
          const sum = labels.probabilities.subarray(word * 3, word * 3 + 3).reduce((total, value) => total + value, 0);
          assert.ok(Math.abs(sum - 1) < 1e-5, String(sum));
        }
        assert.equal(kindsOf(labels).at(-1), "O");
      },
    ),
  );
});
