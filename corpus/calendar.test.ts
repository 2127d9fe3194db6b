import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addDays, DATE_FORMATS, printDate } from "./calendar.ts";

test("days are added over month, year and leap day borders", () => {
  assert.equal(addDays("2026-01-31", 1), "2026-02-01");
  assert.equal(addDays("2024-02-28", 1), "2024-02-29");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
});

test("a date is printed as payers print it", () => {
  const printed = DATE_FORMATS.map((format) => printDate("2026-03-04", format));
  assert.deepEqual(printed, ["03/04/2026", "3/4/2026", "03-04-2026", "March 4, 2026", "Mar 4, 2026", "2026-03-04", "04-Mar-2026"]);
});

test("no two dates of a format look alike", () => {
  const days = fc.integer({ min: 0, max: 40_000 }).map((count) => addDays("1920-01-01", count));
  fc.assert(
    fc.property(days, days, fc.constantFrom(...DATE_FORMATS), (a, b, format) => {
      assert.equal(printDate(a, format) === printDate(b, format), a === b);
    }),
  );
});
