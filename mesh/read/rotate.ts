import type { Gray } from "./gray.ts";

/** Fixed point: 16 bits after the point leave 15 before it. */
const ONE_BITS = 16;
const ONE = 1 << ONE_BITS;
/** Longest side that is deskewed; a longer strip is no page. */
const MAX_SIDE = 32_767;

/** Quarter turns clockwise. */
export type QuarterTurn = 0 | 90 | 180 | 270;

/** The picture turned clockwise. */
export function turnGray(gray: Gray, turn: QuarterTurn): Gray {
  if (turn === 0) return gray;
  const { width, height, data } = gray;
  const out = new Uint8Array(data.length);
  if (turn === 180) {
    for (let index = 0; index < data.length; index += 1) out[data.length - 1 - index] = data[index] ?? 255;
    return { width, height, data: out };
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const target = turn === 90 ? x * height + (height - 1 - y) : (width - 1 - x) * height + y;
      out[target] = data[y * width + x] ?? 255;
    }
  }
  return { width: height, height: width, data: out };
}

/**
 * The picture turned about its center by `-degrees`, so that lines falling by `degrees` become level; same size, white
 * corners, bilinear.
 */
export function deskewGray(gray: Gray, degrees: number): Gray {
  if (degrees === 0 || Math.max(gray.width, gray.height) > MAX_SIDE) return gray;
  const { width, height } = gray;
  const radians = (degrees * Math.PI) / 180;
  const step = { x: Math.round(Math.cos(radians) * ONE), y: Math.round(Math.sin(radians) * ONE) };
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const data = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < height; y += 1) {
    const dy = y - centerY;
    const x = Math.round((centerX - centerX * Math.cos(radians) - dy * Math.sin(radians)) * ONE);
    const rowY = Math.round((centerY - centerX * Math.sin(radians) + dy * Math.cos(radians)) * ONE);
    sampleRow(gray, data.subarray(y * width, (y + 1) * width), { x, y: rowY, step });
  }
  return { width, height, data };
}

interface Ray {
  readonly x: number;
  readonly y: number;
  readonly step: { readonly x: number; readonly y: number };
}

/** Bilinear samples along a ray; what falls outside stays as it is. */
function sampleRow(gray: Gray, out: Uint8Array, ray: Ray): void {
  const from = gray.data;
  const { width } = gray;
  const [lastX, lastY] = [width - 2, gray.height - 2];
  let { x, y } = ray;
  for (let column = 0; column < out.length; column += 1, x += ray.step.x, y += ray.step.y) {
    const left = x >> ONE_BITS;
    const top = y >> ONE_BITS;
    if (left < 0 || top < 0 || left > lastX || top > lastY) continue;
    const index = top * width + left;
    const across = (x >> 8) & 255;
    const down = (y >> 8) & 255;
    const above = (from[index] ?? 255) * (256 - across) + (from[index + 1] ?? 255) * across;
    const below = (from[index + width] ?? 255) * (256 - across) + (from[index + width + 1] ?? 255) * across;
    out[column] = (above * (256 - down) + below * down + 32_768) >> 16;
  }
}
