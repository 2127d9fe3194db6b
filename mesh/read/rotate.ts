import type { Gray } from "./gray.ts";

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
  if (degrees === 0) return gray;
  const { width, height } = gray;
  const radians = (degrees * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const dy = y - centerY;
    for (let x = 0; x < width; x += 1) {
      const dx = x - centerX;
      data[y * width + x] = sample(gray, centerX + dx * cos - dy * sin, centerY + dx * sin + dy * cos);
    }
  }
  return { width, height, data };
}

function sample(gray: Gray, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left + 1 >= gray.width || top + 1 >= gray.height) return 255;
  const across = x - left;
  const down = y - top;
  const index = top * gray.width + left;
  const above = (gray.data[index] ?? 255) * (1 - across) + (gray.data[index + 1] ?? 255) * across;
  const below = (gray.data[index + gray.width] ?? 255) * (1 - across) + (gray.data[index + gray.width + 1] ?? 255) * across;
  return Math.round(above * (1 - down) + below * down);
}
