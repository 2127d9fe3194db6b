import type { Bitmap } from "./bitmap.ts";
import { type Coding, encodeFax } from "./encode.ts";

export interface TiffOptions {
  readonly coding: Coding;
  readonly dpiX: number;
  readonly dpiY: number;
  /** Bit order within bytes: 1 most significant first, 2 least significant first, as many fax boards write. */
  readonly fillOrder: 1 | 2;
}

export interface StripPage {
  readonly width: number;
  readonly height: number;
  readonly strip: Uint8Array;
}

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
/** Entry: tag, type, value or, for a rational, numerator over 100. */
type Entry = readonly [number, number, number];

/** Writes pages as a little-endian multi-page TIFF 6.0 class F file: one strip a page, white is zero. */
export function writeFaxTiff(pages: readonly Bitmap[], options: TiffOptions): Uint8Array {
  const strips = pages.map((page) => ({ width: page.width, height: page.height, strip: encodeFax(page, options.coding) }));
  return writeStrips(strips, options);
}

/** The same for strips that are coded already, so that a page's stated size need not be its real one. */
export function writeStrips(pages: readonly StripPage[], options: TiffOptions): Uint8Array {
  const chunks: Uint8Array[] = [Uint8Array.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])];
  let offset = 8;
  pages.forEach((page, index) => {
    const entries = pageEntries(page, { options, number: index, count: pages.length });
    const directory = entries.length * 12 + 6;
    const rationals = offset + directory;
    const stripAt = rationals + 16;
    const strip = options.fillOrder === 2 ? page.strip.map(reverseBits) : page.strip;
    const padding = strip.length % 2;
    const next = index === pages.length - 1 ? 0 : stripAt + strip.length + padding;
    chunks.push(writeDirectory(entries, { rationals, stripAt, next }), strip, new Uint8Array(padding));
    offset = stripAt + strip.length + padding;
  });
  return Buffer.concat(chunks);
}

function pageEntries(page: StripPage, place: { readonly options: TiffOptions; readonly number: number; readonly count: number }): Entry[] {
  const { options } = place;
  const g4 = options.coding === "g4";
  return [
    [254, LONG, place.count > 1 ? 2 : 0],
    [256, LONG, page.width],
    [257, LONG, page.height],
    [258, SHORT, 1],
    [259, SHORT, g4 ? 4 : 3],
    [262, SHORT, 0],
    [266, SHORT, options.fillOrder],
    [273, LONG, 0],
    [274, SHORT, 1],
    [277, SHORT, 1],
    [278, LONG, page.height],
    [279, LONG, page.strip.length],
    [282, RATIONAL, Math.round(options.dpiX * 100)],
    [283, RATIONAL, Math.round(options.dpiY * 100)],
    g4 ? [293, LONG, 0] : [292, LONG, options.coding === "g3-2d" ? 1 : 0],
    [296, SHORT, 2],
    [297, SHORT, place.number + place.count * 65_536],
  ];
}

function writeDirectory(
  entries: readonly Entry[],
  at: { readonly rationals: number; readonly stripAt: number; readonly next: number },
): Uint8Array {
  const out = Buffer.alloc(entries.length * 12 + 6 + 16);
  out.writeUInt16LE(entries.length, 0);
  let rational = at.rationals;
  let rationalAt = entries.length * 12 + 6;
  entries.forEach(([tag, type, value], index) => {
    const start = 2 + index * 12;
    out.writeUInt16LE(tag, start);
    out.writeUInt16LE(type, start + 2);
    out.writeUInt32LE(tag === 297 ? 2 : 1, start + 4);
    out.writeUInt32LE(tag === 273 ? at.stripAt : type === RATIONAL ? rational : value >>> 0, start + 8);
    if (type !== RATIONAL) return;
    out.writeUInt32LE(value, rationalAt);
    out.writeUInt32LE(100, rationalAt + 4);
    rational += 8;
    rationalAt += 8;
  });
  out.writeUInt32LE(at.next, 2 + entries.length * 12);
  return out;
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) reversed |= 0x80 >> bit;
  return reversed;
}
