import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Arbitration, arbitrate, calibrated, compareReadings, sameReading } from "./arbitrate.ts";
import type { ReadWord } from "./recognize-messages.ts";

const RULES: Arbitration = {
  calibration: { bias: 0, slope: 1 },
  thresholds: { outvote: 0.7, replace: 0.5, contradict: 0.3, overrule: 0.8 },
};
const PLACE = { x0: 1, y0: 2, x1: 3, y1: 4, line: 5, block: 6 };

function word(text: string, secondText: string, confidences: readonly [number, number] = [0.6, 0.5]): ReadWord {
  return { ...PLACE, text, secondText, confidence: confidences[0], secondConfidence: confidences[1] };
}

function settled(read: ReadWord, text: string, probability: number): readonly string[] {
  const after = arbitrate(read, { text, probability, other: "", otherProbability: 0 }, RULES);
  return [after.text, after.secondText];
}

test("without a third reading, or with an empty one, a word stays as it is", () => {
  const read = word("J1745", "J1746");
  assert.equal(arbitrate(read, undefined, RULES), read);
  assert.equal(arbitrate(read, { text: " .", probability: 1, other: "", otherProbability: 0 }, RULES), read);
});

test("readings that differ in spaces, rules and the last mark are the same", () => {
  assert.ok(sameReading("1.2|H", "1.2 H") && sameReading("X6440.", "X6440,") && sameReading("|Normal", "Normal"));
  assert.ok(!sameReading("36.41", "3641") && !sameReading("O12", "012"));
});

test("who agrees with whom is named", () => {
  const cases = [
    ["A1", "A1", "A1", "all"],
    ["A1", "A1", "A2", "engine"],
    ["A1", "A2", "A1", "first"],
    ["A1", "A2", "A2", "second"],
    ["A1", "A2", "A3", "none"],
    ["A1", "", "A1", "single"],
  ] as const;
  for (const [text, secondText, third, agreeing] of cases) assert.equal(compareReadings({ text, secondText }, third), agreeing);
});

test("two of three win; they count as read twice only where the model is sure", () => {
  assert.deepEqual(settled(word("188063", "188061"), "188061", 0.9), ["188061", "188061"]);
  assert.deepEqual(settled(word("188063", "188061"), "188061", 0.6), ["188061", "188063"]);
  assert.deepEqual(settled(word("188061", "188063"), "188061", 0.6), ["188061", "188063"]);
});

test("two agreeing readings of the engine give way step by step", () => {
  const read = word("4580", "4580");
  assert.deepEqual(settled(read, "4589", 0.2), ["4580", "4580"]);
  assert.deepEqual(settled(read, "4589", 0.5), ["4580", "4589"]);
  assert.deepEqual(settled(read, "4589", 0.9), ["4589", "4580"]);
});

test("where all differ, a sure third reading is taken and the engine's surer one kept beside it", () => {
  assert.deepEqual(settled(word("#146.04", "$14B.04"), "$148.04", 0.4), ["#146.04", "$14B.04"]);
  assert.deepEqual(settled(word("#146.04", "$14B.04", [0.4, 0.6]), "$148.04", 0.9), ["$148.04", "$14B.04"]);
});

test("what is said is what one of the three said, in its place, and no alternative is surer than the text", () => {
  const text = fc.constantFrom("A1", "A2", "A 1", "A3.", "", "|");
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(text, text, text, fc.tuple(share, share, share), (a, b, c, [first, second, third]) => {
      const read = word(a, b, [Math.max(first, second), Math.min(first, second)]);
      const after = arbitrate(read, { text: c, probability: third, other: "", otherProbability: 0 }, RULES);
      const said = [a, b, c.replaceAll(" ", "")];
      assert.ok(said.includes(after.text) && said.includes(after.secondText));
      assert.ok(after.confidence >= after.secondConfidence && after.confidence <= 1 && after.secondConfidence >= 0);
      assert.deepEqual({ ...after, ...PLACE }, after);
    }),
  );
});

test("calibration keeps the order of probabilities, at both ends too", () => {
  const stated = [0, 1e-300, 0.2, 0.5, 0.8, 1].map((probability) => calibrated(probability, { bias: -0.5, slope: 1.2 }));
  assert.deepEqual(
    stated.toSorted((a, b) => a - b),
    stated,
  );
  assert.ok(stated.every((value) => value > 0 && value < 1));
});

test("a lost point, or a rule taken for a letter, says nothing against what the engine read", () => {
  assert.deepEqual(settled(word("$375.24", "$375.24"), "$37524", 0.95), ["$375.24", "$375.24"]);
  assert.deepEqual(settled(word("96372", "|96372"), "I96372", 0.95), ["96372", "|96372"]);
  assert.deepEqual(settled(word("$428,39", "9428.39"), "$42839", 0.95), ["$428,39", "9428.39"]);
});

test("half a code is not confirmed against the whole of it", () => {
  assert.deepEqual(settled(word("73-72985", "73-7298512"), "73-72985", 0.99), ["73-72985", "73-7298512"]);
});
