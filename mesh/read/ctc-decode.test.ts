import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RECOGNIZER_CLASSES } from "../../inference/models/recognizer.ts";
import { decodeWord } from "./ctc-decode.ts";

/** Rows in which each named class has its probability and the others share the rest. */
function rows(steps: readonly Readonly<Record<number, number>>[]): Float32Array {
  const values = new Float32Array(steps.length * RECOGNIZER_CLASSES);
  for (const [at, step] of steps.entries()) {
    const named = Object.values(step).reduce((sum, value) => sum + value, 0);
    const rest = Math.max(1e-12, (1 - named) / RECOGNIZER_CLASSES);
    for (let each = 0; each < RECOGNIZER_CLASSES; each += 1) values[at * RECOGNIZER_CLASSES + each] = Math.log(step[each] ?? rest);
  }
  return values;
}

const classOf = (character: string): number => character.charCodeAt(0) - 31;

test("no steps, and steps of blanks only, say nothing", () => {
  assert.deepEqual(decodeWord(new Float32Array()), { text: "", probability: 1, other: "", otherProbability: 0 });
  assert.equal(decodeWord(rows([{ 0: 1 }, { 0: 1 }])).text, "");
});

test("paths that spell one text count together", () => {
  // The best single path is two blanks (0.36); the paths that spell 1 have 0.64 together.
  const one = classOf("1");
  const { text, probability, other } = decodeWord(
    rows([
      { 0: 0.6, [one]: 0.4 },
      { 0: 0.6, [one]: 0.4 },
    ]),
  );
  assert.equal(text, "1");
  assert.ok(Math.abs(probability - 0.64) < 1e-5);
  assert.equal(other, "");
});

test("the next best text is told with its share", () => {
  const { text, other, probability, otherProbability } = decodeWord(rows([{ [classOf("8")]: 0.7, [classOf("3")]: 0.3 }]));
  assert.deepEqual([text, other], ["8", "3"]);
  assert.ok(Math.abs(probability - 0.7) < 1e-5 && Math.abs(otherProbability - 0.3) < 1e-5);
});

test("any text comes back when each character is followed by a blank", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[!-~]{0,20}$/), (text) => {
      const steps = [...text].flatMap((character) => [{ [classOf(character)]: 1 }, { 0: 1 }]);
      assert.equal(decodeWord(rows(steps)).text, text);
    }),
  );
});
