/** 8-bit gray picture, row by row, 0 = black, 255 = white, no padding. */
export interface Gray {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One byte a pixel, 1 = ink. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Gray level below which a pixel of a two-level picture is ink. */
export const MIDDLE = 128;

/**
 * Threshold by Otsu's between-class variance (1979), kept inside 64..224 so that a page with almost no ink does not turn
 * paper texture into ink. A picture that is two-level already gets the middle.
 */
export function otsuThreshold(gray: Gray): number {
  const histogram = histogramOf(gray);
  const total = gray.data.length;
  if ((histogram[0] ?? 0) + (histogram[255] ?? 0) === total) return MIDDLE;
  const sum = histogram.reduce((partial, count, value) => partial + count * value, 0);
  let best = MIDDLE;
  let bestVariance = -1;
  let below = 0;
  let sumBelow = 0;
  for (let value = 0; value < 255; value += 1) {
    below += histogram[value] ?? 0;
    sumBelow += value * (histogram[value] ?? 0);
    if (below === 0 || below === total) continue;
    const difference = sumBelow / below - (sum - sumBelow) / (total - below);
    const variance = below * (total - below) * difference * difference;
    if (variance > bestVariance) {
      bestVariance = variance;
      best = value + 1;
    }
  }
  return Math.min(224, Math.max(64, best));
}

/** True when every pixel is black or white. */
export function isTwoLevel(gray: Gray): boolean {
  const { data } = gray;
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index];
    if (value !== 0 && value !== 255) return false;
  }
  return true;
}

function histogramOf(gray: Gray): Uint32Array {
  const histogram = new Uint32Array(256);
  const { data } = gray;
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] ?? 0;
    histogram[value] = (histogram[value] ?? 0) + 1;
  }
  return histogram;
}

/** Pixels darker than `threshold` (default: Otsu's) as ink. */
export function inkOf(gray: Gray, threshold = otsuThreshold(gray)): Ink {
  const from = gray.data;
  const data = new Uint8Array(from.length);
  for (let index = 0; index < data.length; index += 1) data[index] = (from[index] ?? 255) < threshold ? 1 : 0;
  return { width: gray.width, height: gray.height, data };
}

/** Ink as a black and white picture. */
export function grayOf(ink: Ink): Gray {
  const from = ink.data;
  const data = new Uint8Array(from.length);
  for (let index = 0; index < data.length; index += 1) data[index] = from[index] === 1 ? 0 : 255;
  return { width: ink.width, height: ink.height, data };
}

/** Part of the picture; what lies outside is white. */
export function cropGray(gray: Gray, x: number, y: number, size: { readonly width: number; readonly height: number }): Gray {
  const data = new Uint8Array(size.width * size.height).fill(255);
  const left = Math.max(0, -x);
  const right = Math.min(size.width, gray.width - x);
  for (let row = Math.max(0, -y); row < Math.min(size.height, gray.height - y); row += 1) {
    const from = (y + row) * gray.width + x;
    if (right > left) data.set(gray.data.subarray(from + left, from + right), row * size.width + left);
  }
  return { width: size.width, height: size.height, data };
}

/** Binary PGM (netpbm P5): the cheapest picture format the recognizers read. */
export function encodePgm(gray: Gray): Uint8Array {
  const header = new TextEncoder().encode(`P5\n${gray.width} ${gray.height}\n255\n`);
  const out = new Uint8Array(header.length + gray.data.length);
  out.set(header);
  out.set(gray.data, header.length);
  return out;
}
