import type { Gray } from "./bitmap.ts";

/** `[a, b, c, d, e, f]`: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Affine = readonly [number, number, number, number, number, number];

export const IDENTITY: Affine = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

export function invert(matrix: Affine): Affine {
  const [a, b, c, d, e, f] = matrix;
  const determinant = a * d - b * c;
  const [g, h, i, j] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return [g, h, i, j, -(g * e + i * f), -(h * e + j * f)];
}

export function scaling(x: number, y: number): Affine {
  return [x, 0, 0, y, 0, 0];
}

export function translation(x: number, y: number): Affine {
  return [1, 0, 0, 1, x, y];
}

/** Turns clockwise (y points down) by `degrees` and shears x by `shear`·y, about a center. */
export function tilt(degrees: number, center: readonly [number, number], shear = 0): Affine {
  const angle = (degrees * Math.PI) / 180;
  const turn: Affine = [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
  const about = compose(turn, [1, 0, shear, 1, 0, 0]);
  return compose(translation(...center), compose(about, translation(-center[0], -center[1])));
}

/** The matrix that takes upright pixels of a `width` × `height` page to those of the page turned by quarter turns. */
export function quarterTurn(degrees: 0 | 90 | 180 | 270, width: number, height: number): Affine {
  if (degrees === 90) return [0, 1, -1, 0, height, 0];
  if (degrees === 180) return [-1, 0, 0, -1, width, height];
  if (degrees === 270) return [0, -1, 1, 0, 0, width];
  return IDENTITY;
}

/** Draws `source` moved by `matrix` (source pixel to target pixel) on white, with linear interpolation. */
export function warp(source: Gray, matrix: Affine, size: { readonly width: number; readonly height: number }): Gray {
  const inverse = invert(matrix);
  const data = new Uint8Array(size.width * size.height).fill(255);
  const target: Gray = { ...size, data };
  const shift = wholeShift(inverse);
  for (let y = 0; y < size.height; y += 1) {
    if (shift === undefined) warpRow(source, target, { inverse, y });
    else copyRow(source, target, { shift, y });
  }
  return target;
}

/** The shift of a matrix that only moves by whole pixels: most clean pages, and much faster. */
function wholeShift(matrix: Affine): readonly [number, number] | undefined {
  const whole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-6;
  const [a, b, c, d, e, f] = matrix;
  const still = Math.abs(a - 1) + Math.abs(b) + Math.abs(c) + Math.abs(d - 1) < 1e-9;
  return still && whole(e) && whole(f) ? [Math.round(e), Math.round(f)] : undefined;
}

function copyRow(source: Gray, target: Gray, row: { readonly shift: readonly [number, number]; readonly y: number }): void {
  const [dx, dy] = row.shift;
  const from = row.y + dy;
  if (from < 0 || from >= source.height) return;
  const left = Math.max(0, -dx);
  const right = Math.min(target.width, source.width - dx);
  const start = from * source.width + dx;
  target.data.set(source.data.subarray(start + left, start + right), row.y * target.width + left);
}

function warpRow(source: Gray, target: Gray, row: { readonly inverse: Affine; readonly y: number }): void {
  const [a, b, c, d, e, f] = row.inverse;
  const { width, height, data } = source;
  let sx = a * 0.5 + c * (row.y + 0.5) + e - 0.5 - a;
  let sy = b * 0.5 + d * (row.y + 0.5) + f - 0.5 - b;
  let to = row.y * target.width - 1;
  for (let x = 0; x < target.width; x += 1) {
    sx += a;
    sy += b;
    to += 1;
    const left = Math.floor(sx);
    const top = Math.floor(sy);
    if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) continue;
    const at = top * width + left;
    const p = data[at] ?? 255;
    const q = data[at + 1] ?? 255;
    const r = data[at + width] ?? 255;
    const s = data[at + width + 1] ?? 255;
    // Paper is white almost everywhere.
    if (p + q + r + s === 1020) continue;
    const upper = p + (q - p) * (sx - left);
    const lower = r + (s - r) * (sx - left);
    target.data[to] = upper + (lower - upper) * (sy - top) + 0.5;
  }
}
