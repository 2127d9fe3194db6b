import assert from "node:assert/strict";
import { test } from "node:test";
import { median, percentile, renderReport } from "./report.ts";

test("percentiles are nearest-rank over an unsorted sample", () => {
  const sample = [5, 1, 4, 2, 3];
  assert.equal(percentile(sample, 0.5), 3);
  assert.equal(percentile(sample, 0.95), 5);
  assert.equal(percentile(sample, 0), 1);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
  assert.deepEqual(sample, [5, 1, 4, 2, 3]);
});

test("the table shows every figure, the baseline and the command", () => {
  const text = renderReport({
    name: "flow",
    seed: 7,
    figures: { submit_to_event_p50_ms: 5123.4, pages_per_min: 31 },
    ratios: { flow_to_bare_ocr: 1.25 },
    baseline: { what: "bare OCR", figures: { bare_ocr_p50_ms: 4100 } },
    runs: 3,
    commands: ["npm run bench -- flow --seed 7"],
  });
  for (const expected of ["submit_to_event_p50_ms  5123", "pages_per_min           31", "bare OCR", "1.250", "$ npm run bench"])
    assert.ok(text.includes(expected), expected);
});
