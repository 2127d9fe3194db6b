import assert from "node:assert/strict";
import { test } from "node:test";
import { densityOf } from "./density.ts";

test("densityOf keeps what the file says where it can be true", () => {
  assert.deepEqual(densityOf({ width: 1728, height: 1078 }, { dpiX: 204, dpiY: 98 }), { dpiX: 204, dpiY: 98 });
  assert.deepEqual(densityOf({ width: 5100, height: 6600 }, { dpiX: 600, dpiY: 600 }), { dpiX: 600, dpiY: 600 });
});

for (const [height, dpiY] of [
  [1078, 98],
  [1143, 98],
  [2156, 196],
  [4301, 391],
] as const) {
  test(`densityOf infers ${dpiY} rows an inch for an untagged fax of ${height} rows`, () => {
    assert.deepEqual(densityOf({ width: 1728, height }, { dpiX: 0, dpiY: 0 }), { dpiX: 204, dpiY });
  });
}

test("densityOf infers a letter page for untagged and unbelievable pictures", () => {
  assert.deepEqual(densityOf({ width: 1700, height: 2200 }, { dpiX: 0, dpiY: 0 }), { dpiX: 200, dpiY: 200 });
  assert.deepEqual(densityOf({ width: 2200, height: 1700 }, { dpiX: 0, dpiY: 0 }), { dpiX: 200, dpiY: 200 });
  assert.deepEqual(densityOf({ width: 2550, height: 3300 }, { dpiX: 72, dpiY: 72 }), { dpiX: 300, dpiY: 300 });
  assert.deepEqual(densityOf({ width: 1700, height: 2200 }, { dpiX: 1e9, dpiY: 1e9 }), { dpiX: 200, dpiY: 200 });
});
