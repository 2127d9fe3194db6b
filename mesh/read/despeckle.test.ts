import assert from "node:assert/strict";
import { test } from "node:test";
import { findComponents } from "./components.ts";
import { despeckle, noiseRatio } from "./despeckle.ts";
import { type Ink, inkOf } from "./gray.ts";
import { SAMPLE_LETTER, samplePage } from "./sample-page.ts";

const FINE = { dpiX: 204, dpiY: 196 };

/** Every `every`-th pixel flipped at a fixed stride: specks without randomness. */
function speckled(ink: Ink, every: number): Ink {
  const data = ink.data.slice();
  for (let index = 7; index < data.length; index += every) data[index] = 1 - (data[index] ?? 0);
  return { ...ink, data };
}

test("noiseRatio is near zero on a clean page and rises with specks", async () => {
  const clean = inkOf(await samplePage(SAMPLE_LETTER));
  const cleanRatio = noiseRatio(findComponents(clean), FINE);
  const noisyRatio = noiseRatio(findComponents(speckled(clean, 997)), FINE);
  assert.ok(cleanRatio < 0.07, `clean page has ${cleanRatio}`);
  assert.ok(noisyRatio > 1, `noisy page has ${noisyRatio}`);
});

test("despeckle takes away single pixels of both colors and leaves decimal points", () => {
  const width = 60;
  const data = new Uint8Array(width * 40);
  const block = (x0: number, y0: number, x1: number, y1: number) => {
    for (let y = y0; y < y1; y += 1) data.fill(1, y * width + x0, y * width + x1);
  };
  block(5, 5, 25, 30);
  block(30, 27, 33, 30);
  data[10 * width + 50] = 1;
  data[15 * width + 15] = 0;
  const ink = { width, height: 40, data };
  const clean = despeckle(ink, findComponents(ink), FINE);
  assert.equal(clean.data[10 * width + 50], 0, "speck on paper");
  assert.equal(clean.data[15 * width + 15], 1, "speck in ink");
  assert.equal(clean.data[28 * width + 31], 1, "decimal point of 3 x 3 pixels");
});

test("despeckle brings a speckled page back to the clean one, but for specks that touch letters", async () => {
  const clean = inkOf(await samplePage(SAMPLE_LETTER));
  const noisy = speckled(clean, 997);
  const restored = despeckle(noisy, findComponents(noisy), FINE);
  const differing = (a: Ink) => a.data.reduce((count, value, index) => count + (value === clean.data[index] ? 0 : 1), 0);
  assert.ok(differing(restored) < differing(noisy) / 5);
});
