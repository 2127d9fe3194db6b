import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { annotatePage } from "./annotate.ts";

async function blank(width: number, height: number): Promise<Uint8Array> {
  return await sharp({ create: { width, height, channels: 3, background: "white" } })
    .png()
    .toBuffer();
}

async function pixel(png: Uint8Array, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(png).toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

test("a trusted field gets a green frame at its box, a doubtful one a red frame", async () => {
  const page = await annotatePage(await blank(600, 400), [
    { name: "member.id", confidence: 0.99, box: { x0: 100, y0: 100, x1: 300, y1: 130 } },
    { name: "drug.ndc", confidence: 0.3, box: { x0: 100, y0: 300, x1: 300, y1: 330 } },
  ]);
  const [greenR = 0, greenG = 0] = await pixel(page, 200, 97);
  assert.ok(greenG > greenR, "top edge of the first box is green");
  const [redR = 0, redG = 0] = await pixel(page, 98, 297);
  assert.ok(redR > redG, "corner of the second box is red");
  assert.deepEqual(await pixel(page, 550, 200), [255, 255, 255]);
});

test("labels stay on the page even for boxes at its edges, and markup in a name is text", async () => {
  const page = await annotatePage(await blank(200, 100), [
    { name: "lines[0].<hcpcs>&", confidence: 0.9, box: { x0: 150, y0: 2, x1: 198, y1: 20 } },
    { name: "claim.number", confidence: 0.9, box: { x0: 0, y0: 80, x1: 60, y1: 99 } },
  ]);
  const { width, height } = await sharp(page).metadata();
  assert.deepEqual([width, height], [200, 100]);
});

test("a page without fields comes back unmarked", async () => {
  assert.deepEqual(await pixel(await annotatePage(await blank(50, 50), []), 25, 25), [255, 255, 255]);
});
