import { PayerHubError } from "../../runtime/error.ts";

/** Entries of one directory; real ones have about 20. */
const MAX_ENTRIES = 512;
/** Strips of one page: one a row of a superfine fax, and room. */
const MAX_STRIPS = 20_000;
const ENTRY_BYTES = 12;
const HEADER_BYTES = 8;
const CM_PER_INCH = 2.54;
const UNIT_NONE = 1;
const UNIT_CENTIMETER = 3;

/** Tag numbers of TIFF 6.0 and ITU-T T.4/T.6 in TIFF (Class F). */
const TAG = {
  width: 256,
  height: 257,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  stripByteCounts: 279,
  resolutionX: 282,
  resolutionY: 283,
  resolutionUnit: 296,
  tileOffsets: 324,
} as const;

/** Bytes of one value by TIFF field type. */
const TYPE_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [6, 1],
  [7, 1],
  [8, 2],
  [9, 4],
  [10, 8],
  [11, 4],
  [12, 8],
]);

/** One page (image file directory). Densities are dots per inch, 0 when the file does not say. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly compression: number;
  readonly photometric: number;
  readonly fillOrder: number;
  readonly dpiX: number;
  readonly dpiY: number;
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the values stand: inside the entry when they fit into four bytes. */
  readonly at: number;
}

interface Reader {
  readonly view: DataView;
  readonly little: boolean;
}

/**
 * Reads every directory of a TIFF without decoding a pixel. Throws INVALID_ARGUMENT for a truncated or contradictory file,
 * OUT_OF_RANGE for more than `maxPages` pages.
 */
export function readTiffPages(bytes: Uint8Array, maxPages: number): TiffPage[] {
  if (bytes.length < HEADER_BYTES) throw damaged("its header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, little: view.getUint16(0) === 0x4949 };
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  let offset = view.getUint32(4, reader.little);
  while (offset !== 0) {
    if (seen.has(offset)) throw damaged("its directories form a loop");
    if (pages.length >= maxPages) throw new PayerHubError("OUT_OF_RANGE", `read TIFF: it has more than ${maxPages} pages`);
    seen.add(offset);
    const directory = readDirectory(reader, offset);
    pages.push(pageOf(reader, directory.entries));
    offset = directory.next;
  }
  if (pages.length === 0) throw damaged("it has no page");
  return pages;
}

function damaged(state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `read TIFF: ${state}, a complete file is required`);
}

function readDirectory(reader: Reader, offset: number): { readonly entries: ReadonlyMap<number, Entry>; readonly next: number } {
  const { view, little } = reader;
  if (offset < HEADER_BYTES || offset + 2 > view.byteLength) throw damaged("a directory lies outside the file");
  const count = view.getUint16(offset, little);
  const end = offset + 2 + count * ENTRY_BYTES;
  if (count === 0 || count > MAX_ENTRIES || end + 4 > view.byteLength) throw damaged("a directory is cut off");
  const entries = new Map<number, Entry>();
  for (let at = offset + 2; at < end; at += ENTRY_BYTES) {
    const entry = readEntry(reader, at);
    if (entry !== undefined) entries.set(view.getUint16(at, little), entry);
  }
  return { entries, next: view.getUint32(end, little) };
}

function readEntry({ view, little }: Reader, at: number): Entry | undefined {
  const type = view.getUint16(at + 2, little);
  const count = view.getUint32(at + 4, little);
  const unit = TYPE_BYTES.get(type);
  // TIFF 6.0 asks readers to skip field types they do not know.
  if (unit === undefined) return undefined;
  const inside = unit * count <= 4;
  const start = inside ? at + 8 : view.getUint32(at + 8, little);
  if (start + unit * count > view.byteLength) throw damaged("a value lies outside the file");
  return { type, count, at: start };
}

function pageOf(reader: Reader, entries: ReadonlyMap<number, Entry>): TiffPage {
  const one = (tag: number, fallback: number) => {
    const entry = entries.get(tag);
    return entry === undefined || entry.count === 0 ? fallback : valueAt(reader, entry, 0);
  };
  const [width, height] = [one(TAG.width, 0), one(TAG.height, 0)];
  if (width < 1 || height < 1) throw damaged("a page has no size");
  checkStrips(reader, entries);
  const unit = one(TAG.resolutionUnit, 2);
  const toInch = unit === UNIT_CENTIMETER ? CM_PER_INCH : 1;
  // Unit "none" gives a pixel aspect only: the density itself is unknown.
  const density = (tag: number) => (unit === UNIT_NONE ? 0 : finite(one(tag, 0) * toInch));
  return {
    width,
    height,
    compression: one(TAG.compression, 1),
    photometric: one(TAG.photometric, 0),
    fillOrder: one(TAG.fillOrder, 1),
    dpiX: density(TAG.resolutionX),
    dpiY: density(TAG.resolutionY),
  };
}

/** Every strip must lie inside the file: a decoder would fill what is missing with gray and call it a page. */
function checkStrips(reader: Reader, entries: ReadonlyMap<number, Entry>): void {
  const offsets = entries.get(TAG.stripOffsets);
  const counts = entries.get(TAG.stripByteCounts);
  if (offsets === undefined || counts === undefined) {
    if (entries.has(TAG.tileOffsets)) return;
    throw damaged("a page has no strips");
  }
  if (offsets.count !== counts.count || offsets.count === 0 || offsets.count > MAX_STRIPS)
    throw damaged("the strips of a page do not add up");
  for (let index = 0; index < offsets.count; index += 1) {
    if (valueAt(reader, offsets, index) + valueAt(reader, counts, index) > reader.view.byteLength)
      throw damaged("a strip lies outside the file");
  }
}

function valueAt({ view, little }: Reader, entry: Entry, index: number): number {
  const at = entry.at + index * (TYPE_BYTES.get(entry.type) ?? 1);
  switch (entry.type) {
    case 1:
    case 7:
      return view.getUint8(at);
    case 3:
      return view.getUint16(at, little);
    case 4:
      return view.getUint32(at, little);
    case 5:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    default:
      return 0;
  }
}

function finite(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}
