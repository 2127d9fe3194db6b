import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import { type PageImage, PIXELS_SIDE, pixelValues, shrinkPage } from "./page-pixels.ts";

const AREA = PIXELS_SIDE * PIXELS_SIDE;
const RECORDED: readonly (Omit<PageImage, "data"> & { readonly sha256: string })[] = JSON.parse(
  readFileSync(new URL("./data/pixels.json", import.meta.url), "utf8"),
);

/** The same pages as in record.py. */
function pageOf({ width, height, channels }: Omit<PageImage, "data">): PageImage {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, index) =>
      // 2654435761 = 40503 × 65536 + 31153, so that no product leaves the exact numbers.
      Math.floor((((index * 40_503) % 32_768) * 65_536 + index * 31_153) / 128) % 256,
  );
  return { width, height, channels, data };
}

/** Channel by channel, gray three times. */
function planes(bytes: Uint8Array, channels: 1 | 3): Uint8Array {
  return Uint8Array.from({ length: 3 * AREA }, (_, place) => {
    const channel = channels === 1 ? 0 : Math.floor(place / AREA);
    return bytes[(place % AREA) * channels + channel] ?? 0;
  });
}

for (const [what, page] of [
  ["too few bytes", { width: 10, height: 10, channels: 1, data: new Uint8Array(99) }],
  ["too many bytes", { width: 10, height: 10, channels: 1, data: new Uint8Array(300) }],
  ["no width", { width: 0, height: 10, channels: 1, data: new Uint8Array() }],
  ["half a pixel", { width: 1.5, height: 2, channels: 1, data: new Uint8Array(3) }],
  ["a size beyond all pages", { width: 100_000, height: 100_000, channels: 3, data: new Uint8Array(1) }],
] as const) {
  test(`a page with ${what} is refused`, () => {
    assert.throws(() => pixelValues(page), { code: "INVALID_ARGUMENT", message: /^shrinking a page of .* × .* × .: it has / });
  });
}

for (const recorded of RECORDED) {
  const { width, height, channels, sha256 } = recorded;
  test(`a page of ${width} × ${height} × ${channels} is shrunk to the bytes of Pillow`, () => {
    const bytes = planes(shrinkPage(pageOf(recorded)), channels);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
  });
}

test("black is -1, white is 1, and gray is given three times", () => {
  for (const [byte, value] of [
    [0, -1],
    [255, 1],
  ] as const) {
    const values = pixelValues({ width: 300, height: 400, channels: 1, data: new Uint8Array(120_000).fill(byte) });
    assert.equal(values.length, 3 * AREA);
    assert.ok(values.every((pixel) => pixel === value));
  }
  const page = pageOf({ width: 90, height: 70, channels: 1 });
  const bytes = planes(shrinkPage(page), 1);
  const values = pixelValues(page);
  assert.ok(values.every((value, place) => Math.abs(value - ((bytes[place] ?? 0) / 127.5 - 1)) < 1e-6));
});
