import type { Gray } from "./gray.ts";

/** Source positions and weights of one target axis. */
interface Axis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Weight of `second` in 0..256. */
  readonly weight: Int32Array;
}

/** Bilinear resize with pixel centers aligned; what shrinks by two and more is averaged down by halves first. */
export function resizeGray(gray: Gray, width: number, height: number): Gray {
  if (width === gray.width && height === gray.height) return gray;
  if (gray.width >= 2 * width && gray.height >= 2 * height) return resizeGray(halve(gray), width, height);
  const across = width === gray.width ? gray : { width, height: gray.height, data: stretchRows(gray, width) };
  return height === gray.height ? across : { width, height, data: stretchColumns(across, height) };
}

function stretchRows(gray: Gray, width: number): Uint8Array {
  const columns = axis(gray.width, width);
  const from = gray.data;
  const data = new Uint8Array(width * gray.height);
  for (let y = 0; y < gray.height; y += 1) {
    const start = y * gray.width;
    for (let x = 0; x < width; x += 1) {
      const first = from[start + (columns.first[x] ?? 0)] ?? 0;
      const second = from[start + (columns.second[x] ?? 0)] ?? 0;
      data[y * width + x] = first + (((second - first) * (columns.weight[x] ?? 0) + 128) >> 8);
    }
  }
  return data;
}

function stretchColumns(gray: Gray, height: number): Uint8Array {
  const rows = axis(gray.height, height);
  const from = gray.data;
  const { width } = gray;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const upper = (rows.first[y] ?? 0) * width;
    const lower = (rows.second[y] ?? 0) * width;
    const weight = rows.weight[y] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const above = from[upper + x] ?? 0;
      data[y * width + x] = above + ((((from[lower + x] ?? 0) - above) * weight + 128) >> 8);
    }
  }
  return data;
}

function axis(from: number, to: number): Axis {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let index = 0; index < to; index += 1) {
    const position = Math.max(0, ((index + 0.5) * from) / to - 0.5);
    const floor = Math.min(from - 1, Math.floor(position));
    first[index] = floor;
    second[index] = Math.min(from - 1, floor + 1);
    weight[index] = Math.round((position - floor) * 256);
  }
  return { first, second, weight };
}

function halve(gray: Gray): Gray {
  const width = Math.floor(gray.width / 2);
  const height = Math.floor(gray.height / 2);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const index = 2 * y * gray.width + 2 * x;
      const above = (gray.data[index] ?? 0) + (gray.data[index + 1] ?? 0);
      const below = (gray.data[index + gray.width] ?? 0) + (gray.data[index + gray.width + 1] ?? 0);
      data[y * width + x] = (above + below + 2) >> 2;
    }
  }
  return { width, height, data };
}
