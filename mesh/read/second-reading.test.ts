import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecognizedWord, RecognizeEngine } from "./recognize-engine.ts";
import { needsSecondReading, readBoxesAgain } from "./second-reading.ts";

const word = (text: string, confidence: number, box = { x0: 0, y0: 0, x1: 10, y1: 10 }): RecognizedWord => ({
  ...box,
  text,
  confidence,
  line: 0,
  block: 0,
});
const page = { width: 200, height: 200, data: new Uint8Array(40_000).fill(255) };

test("needsSecondReading takes every word with a digit and every doubtful one", () => {
  assert.equal(needsSecondReading(word("J1745", 0.99)), true);
  assert.equal(needsSecondReading(word("approved", 0.85)), true);
  assert.equal(needsSecondReading(word("approved", 0.95)), false);
});

test("readBoxesAgain gives each box what was read in its band, left to right, and nothing where nothing was", async () => {
  const boxes = [
    { x0: 10, y0: 10, x1: 60, y1: 24 },
    { x0: 10, y0: 40, x1: 60, y1: 54 },
    { x0: 10, y0: 70, x1: 60, y1: 84 },
  ];
  const calls: string[] = [];
  const engine: RecognizeEngine = {
    name: "scripted",
    read: async (picture, { segmentation }) => {
      calls.push(segmentation);
      const third = picture.height / 3;
      return [
        word("45", 0.9, { x0: 80, y0: 20, x1: 99, y1: 50 }),
        word("J17", 0.7, { x0: 30, y0: 20, x1: 70, y1: 50 }),
        word("M05.79", 0.8, { x0: 30, y0: third * 2 + 30, x1: 70, y1: third * 2 + 60 }),
      ];
    },
    close: async () => {},
  };
  const readings = await readBoxesAgain(engine, page, boxes);
  assert.deepEqual(readings, [
    { text: "J1745", confidence: 0.7, parts: 2 },
    { text: "", confidence: 0, parts: 0 },
    { text: "M05.79", confidence: 0.8, parts: 1 },
  ]);
  assert.deepEqual(calls, ["block"], "one call for all boxes");
});

test("readBoxesAgain of no boxes calls no engine", async () => {
  const engine: RecognizeEngine = { name: "none", read: async () => assert.fail("called"), close: async () => {} };
  assert.deepEqual(await readBoxesAgain(engine, page, []), []);
});
