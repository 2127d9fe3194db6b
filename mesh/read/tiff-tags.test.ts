import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PayerHubError } from "../../runtime/error.ts";
import { readTiffPages } from "./tiff-tags.ts";

interface TagValue {
  readonly tag: number;
  readonly type: 3 | 4 | 5;
  readonly value: number;
}

/** A one-directory TIFF of the given tags; rationals are value / 1. */
function tiff(tags: readonly TagValue[], options: { readonly little?: boolean; readonly next?: number } = {}): Uint8Array {
  const little = options.little ?? true;
  const rationals = tags.filter((tag) => tag.type === 5);
  const directory = 8;
  const values = directory + 2 + tags.length * 12 + 4;
  const view = new DataView(new ArrayBuffer(values + rationals.length * 8 + 64));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, directory, little);
  view.setUint16(directory, tags.length, little);
  let rational = values;
  tags.forEach(({ tag, type, value }, index) => {
    const at = directory + 2 + index * 12;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, 1, little);
    if (type === 3) view.setUint16(at + 8, value, little);
    if (type === 4) view.setUint32(at + 8, value, little);
    if (type !== 5) return;
    view.setUint32(at + 8, rational, little);
    view.setUint32(rational, value, little);
    view.setUint32(rational + 4, 1, little);
    rational += 8;
  });
  view.setUint32(values - 4, options.next ?? 0, little);
  return new Uint8Array(view.buffer);
}

const STANDARD_FAX: readonly TagValue[] = [
  { tag: 256, type: 3, value: 1728 },
  { tag: 257, type: 4, value: 1078 },
  { tag: 259, type: 3, value: 4 },
  { tag: 262, type: 3, value: 0 },
  { tag: 266, type: 3, value: 2 },
  { tag: 273, type: 4, value: 8 },
  { tag: 279, type: 4, value: 16 },
  { tag: 282, type: 5, value: 204 },
  { tag: 283, type: 5, value: 98 },
  { tag: 296, type: 3, value: 2 },
];

function replace(tags: readonly TagValue[], tag: number, value: number): TagValue[] {
  return tags.map((entry) => (entry.tag === tag ? { ...entry, value } : entry));
}

const refused = (bytes: Uint8Array, code = "INVALID_ARGUMENT") => {
  assert.throws(
    () => readTiffPages(bytes, 500),
    (error) => error instanceof PayerHubError && error.code === code,
  );
};

for (const little of [true, false]) {
  test(`readTiffPages reads both densities of a ${little ? "little" : "big"}-endian standard fax`, () => {
    const pages = readTiffPages(tiff(STANDARD_FAX, { little }), 500);
    assert.deepEqual(pages, [{ width: 1728, height: 1078, compression: 4, photometric: 0, fillOrder: 2, dpiX: 204, dpiY: 98 }]);
  });
}

test("readTiffPages turns dots a centimeter into dots an inch", () => {
  const metric = replace(replace(replace(STANDARD_FAX, 296, 3), 282, 80), 283, 77);
  const [page] = readTiffPages(tiff(metric), 500);
  assert.ok(Math.abs((page?.dpiX ?? 0) - 203.2) < 0.01);
  assert.ok(Math.abs((page?.dpiY ?? 0) - 195.58) < 0.01);
});

test("readTiffPages gives 0 for densities without a unit, absent or zero", () => {
  const unitless = readTiffPages(tiff(replace(STANDARD_FAX, 296, 1)), 500)[0];
  assert.deepEqual([unitless?.dpiX, unitless?.dpiY], [0, 0]);
  const absent = readTiffPages(tiff(STANDARD_FAX.filter(({ tag }) => tag !== 283)), 500)[0];
  assert.deepEqual([absent?.dpiX, absent?.dpiY], [204, 0]);
  const zero = readTiffPages(tiff(replace(STANDARD_FAX, 282, 0)), 500)[0];
  assert.equal(zero?.dpiX, 0);
});

test("readTiffPages refuses strips outside the file", () => {
  refused(tiff(replace(STANDARD_FAX, 279, 4_000_000)));
  refused(tiff(replace(STANDARD_FAX, 273, 900_000)));
  refused(tiff(STANDARD_FAX.filter(({ tag }) => tag !== 273)));
});

test("readTiffPages refuses a page without size", () => {
  refused(tiff(replace(STANDARD_FAX, 256, 0)));
  refused(tiff(STANDARD_FAX.filter(({ tag }) => tag !== 257)));
});

test("readTiffPages refuses directories in a loop", () => {
  refused(tiff(STANDARD_FAX, { next: 8 }));
});

test("readTiffPages reports more pages than allowed as OUT_OF_RANGE", () => {
  assert.throws(
    () => readTiffPages(tiff(STANDARD_FAX), 0),
    (error) => error instanceof PayerHubError && error.code === "OUT_OF_RANGE",
  );
});

test("readTiffPages refuses the file at every length short of complete", () => {
  const whole = tiff(STANDARD_FAX);
  const needed = 8 + 2 + STANDARD_FAX.length * 12 + 4 + 16;
  for (let length = 0; length < needed; length += 1) refused(whole.slice(0, length));
});

test("readTiffPages answers any damage with pages or a typed error", () => {
  const whole = tiff(STANDARD_FAX);
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(damage, (changes) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      try {
        for (const page of readTiffPages(bytes, 500)) assert.ok(page.width >= 1 && page.height >= 1 && page.dpiX >= 0);
      } catch (error) {
        assert.ok(error instanceof PayerHubError);
      }
    }),
    { numRuns: 500 },
  );
});
