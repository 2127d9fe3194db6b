import { PayerHubError } from "../../runtime/error.ts";

/** Side of the square that a page is shrunk to, in pixels. */
export const PIXELS_SIDE = 224;
/** A page of A3 at 400 dpi and three channels; larger ones were refused long before. */
const MAX_PAGE_BYTES = 128 * 1024 * 1024;
/** Weights are whole numbers of this many bits, as Pillow has them, so that sums are exact. */
const WEIGHT_BITS = 22;

/** A page as rows of gray or RGB bytes, without gaps. */
export interface PageImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * What LayoutLMv3 sees of a page: 3 × 224 × 224, channel by channel, -1 (black) to 1 (white), not keeping the aspect. The same
 * as transformers' LayoutLMv3ImageProcessor: Pillow's bilinear with its antialiasing, 1/255, mean and deviation 0.5. (Pillow 13
 * shrinks pages taller than twice their width downwards first, which changes some bytes by one.) Takes 10 to 30 ms for a fax
 * page, so it belongs in a process that answers nobody meanwhile.
 */
export function pixelValues(page: PageImage): Float32Array {
  const shrunk = shrinkPage(page);
  const values = Float32Array.from({ length: 256 }, (_, byte) => (Math.fround(byte / 255) - 0.5) / 0.5);
  const area = PIXELS_SIDE * PIXELS_SIDE;
  const result = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel += 1) {
    const from = page.channels === 1 ? 0 : channel;
    for (let pixel = 0; pixel < area; pixel += 1) {
      result[channel * area + pixel] = values[shrunk[pixel * page.channels + from] ?? 0] ?? 0;
    }
  }
  return result;
}

/** The page at 224 × 224, rows of its own channels. INVALID_ARGUMENT when the bytes are not those of the size. */
export function shrinkPage(page: PageImage): Uint8Array {
  const { width, height, channels, data } = page;
  const bytes = width * height * channels;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || bytes > MAX_PAGE_BYTES || data.length !== bytes) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `shrinking a page of ${width} × ${height} × ${channels}: it has ${data.length} bytes, it must have ${bytes} and at most ${MAX_PAGE_BYTES}`,
    );
  }
  const narrow = width === PIXELS_SIDE ? data : resampleLines(data, { lines: height, size: width, step: channels, channels });
  if (height === PIXELS_SIDE) return Uint8Array.from(narrow);
  return resampleRows(narrow, { size: height, row: PIXELS_SIDE * channels });
}

/** Where the source of each target pixel begins, how much of it there is, and its weights. */
interface Weights {
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  readonly values: Int32Array;
  /** Room for the weights of one target pixel. */
  readonly room: number;
}

/** The triangle filter, as wide as the target pixel is in the source (Pillow's precompute_coeffs and normalize_coeffs_8bpc). */
function triangleWeights(size: number): Weights {
  const scale = size / PIXELS_SIDE;
  const support = Math.max(1, scale);
  const room = Math.ceil(support) * 2 + 1;
  const firsts = new Int32Array(PIXELS_SIDE);
  const counts = new Int32Array(PIXELS_SIDE);
  const values = new Int32Array(PIXELS_SIDE * room);
  for (let target = 0; target < PIXELS_SIDE; target += 1) {
    const center = (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(size, Math.trunc(center + support + 0.5)) - first;
    // Multiplied by the inverse, as Pillow does: dividing rounds differently.
    const weights = Array.from({ length: count }, (_, index) => Math.max(0, 1 - Math.abs((index + first - center + 0.5) * (1 / support))));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [index, weight] of weights.entries()) {
      values[target * room + index] = Math.trunc(0.5 + (weight / sum) * (1 << WEIGHT_BITS));
    }
    firsts[target] = first;
    counts[target] = count;
  }
  return { firsts, counts, values, room };
}

interface Lines {
  readonly lines: number;
  /** Pixels of a line. */
  readonly size: number;
  /** Bytes from one pixel of a channel to the next. */
  readonly step: number;
  readonly channels: number;
}

function resampleLines(data: Uint8Array, { lines, size, step, channels }: Lines): Uint8Array {
  const { firsts, counts, values, room } = triangleWeights(size);
  const result = new Uint8Array(lines * PIXELS_SIDE * channels);
  for (let line = 0; line < lines; line += 1) {
    for (let target = 0; target < PIXELS_SIDE * channels; target += 1) {
      const channel = target % channels;
      const pixel = (target - channel) / channels;
      let from = (line * size + (firsts[pixel] ?? 0)) * step + channel;
      const end = pixel * room + (counts[pixel] ?? 0);
      let sum = 1 << (WEIGHT_BITS - 1);
      for (let weight = pixel * room; weight < end; weight += 1) {
        sum += (data[from] ?? 0) * (values[weight] ?? 0);
        from += step;
      }
      result[line * PIXELS_SIDE * channels + target] = sum >> WEIGHT_BITS;
    }
  }
  return result;
}

function resampleRows(data: Uint8Array, { size, row }: { readonly size: number; readonly row: number }): Uint8Array {
  const { firsts, counts, values, room } = triangleWeights(size);
  const result = new Uint8Array(PIXELS_SIDE * row);
  const sums = new Int32Array(row);
  for (let target = 0; target < PIXELS_SIDE; target += 1) {
    sums.fill(1 << (WEIGHT_BITS - 1));
    for (let index = 0; index < (counts[target] ?? 0); index += 1) {
      const weight = values[target * room + index] ?? 0;
      const from = ((firsts[target] ?? 0) + index) * row;
      for (let place = 0; place < row; place += 1) sums[place] = (sums[place] ?? 0) + (data[from + place] ?? 0) * weight;
    }
    for (let place = 0; place < row; place += 1) result[target * row + place] = (sums[place] ?? 0) >> WEIGHT_BITS;
  }
  return result;
}
