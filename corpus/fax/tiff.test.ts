import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import type { Bitmap } from "./bitmap.ts";
import type { Coding } from "./encode.ts";
import { writeFaxTiff } from "./tiff.ts";

const CODINGS: readonly Coding[] = ["g3-1d", "g3-2d", "g4"];

/** Random runs rather than random pixels, so that every code table is reached. */
const bitmaps: fc.Arbitrary<Bitmap> = fc
  .record({
    width: fc.integer({ min: 1, max: 5300 }),
    height: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
    mean: fc.constantFrom(2, 9, 60, 900, 6000),
  })
  .map(({ width, height, seed, mean }) => {
    const data = new Uint8Array(width * height);
    let state = seed;
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    for (let at = 0, color = next() < 0.5 ? 0 : 1; at < data.length; color = 1 - color) {
      const run = 1 + Math.floor(next() * 2 * mean);
      data.fill(color, at, at + run);
      at += run;
    }
    // Half of the lines follow the line above closely: that is what vertical and pass modes are for.
    for (let y = 1; y < height; y += 2) data.copyWithin(y * width + 1, (y - 1) * width, y * width - 1);
    return { width, height, data };
  });

async function decode(tiff: Uint8Array, page: number): Promise<Bitmap> {
  const { data, info } = await sharp(tiff, { page }).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(info.width * info.height);
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = (data[index * info.channels] ?? 255) < 128 ? 1 : 0;
  return { width: info.width, height: info.height, data: pixels };
}

for (const coding of CODINGS) {
  for (const fillOrder of [1, 2] as const) {
    test(`libtiff decodes ${coding} with fill order ${fillOrder} to the same pixels`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(bitmaps, { minLength: 1, maxLength: 3 }), async (pages) => {
          const tiff = writeFaxTiff(pages, { coding, fillOrder, dpiX: 204, dpiY: 98 });
          for (const [index, page] of pages.entries()) {
            const decoded = await decode(tiff, index);
            assert.deepEqual([decoded.width, decoded.height], [page.width, page.height]);
            assert.ok(Buffer.from(decoded.data).equals(Buffer.from(page.data)), `page ${index} differs`);
          }
        }),
        { numRuns: 60, seed: 4 },
      );
    });
  }
}

test("tags carry both resolutions, the unit and the coding of every page", async () => {
  const page: Bitmap = { width: 1728, height: 10, data: new Uint8Array(17_280) };
  const tiff = Buffer.from(writeFaxTiff([page, page], { coding: "g3-2d", fillOrder: 2, dpiX: 204, dpiY: 98 }));
  const directories = readDirectories(tiff);
  assert.equal(directories.length, 2);
  for (const tags of directories) {
    assert.equal(tags.get(256), 1728);
    assert.equal(tags.get(259), 3);
    assert.equal(tags.get(266), 2);
    assert.equal(tags.get(292), 1);
    assert.equal(tags.get(296), 2);
    assert.deepEqual([rational(tiff, tags.get(282)), rational(tiff, tags.get(283))], [204, 98]);
  }
  const metadata = await sharp(tiff).metadata();
  assert.deepEqual([metadata.pages, metadata.density], [2, 204]);
});

function readDirectories(tiff: Buffer): Map<number, number>[] {
  const found: Map<number, number>[] = [];
  for (let at = tiff.readUInt32LE(4); at !== 0; ) {
    const count = tiff.readUInt16LE(at);
    const tags = new Map<number, number>();
    for (let entry = 0; entry < count; entry += 1) {
      const start = at + 2 + entry * 12;
      tags.set(tiff.readUInt16LE(start), tiff.readUInt32LE(start + 8));
    }
    found.push(tags);
    at = tiff.readUInt32LE(at + 2 + count * 12);
  }
  return found;
}

function rational(tiff: Buffer, offset = 0): number {
  return tiff.readUInt32LE(offset) / tiff.readUInt32LE(offset + 4);
}
