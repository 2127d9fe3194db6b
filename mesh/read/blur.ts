import type { Gray } from "./gray.ts";

/** Weights of a Gaussian with sigma 1 over five pixels from the outside in, in 1/256. */
const KERNEL = [14, 62, 104] as const;
const RADIUS = 2;

/** Gaussian blur with a sigma of one pixel; edges repeat. */
export function blurGray(gray: Gray): Gray {
  const { width, height } = gray;
  const across = new Uint8Array(width * height);
  const padded = new Uint8Array(width + 2 * RADIUS);
  for (let y = 0; y < height; y += 1) {
    const row = gray.data.subarray(y * width, (y + 1) * width);
    padded.fill(row[0] ?? 255, 0, RADIUS);
    padded.set(row, RADIUS);
    padded.fill(row[width - 1] ?? 255, width + RADIUS);
    weigh(across.subarray(y * width, (y + 1) * width), [
      padded,
      padded.subarray(1),
      padded.subarray(2),
      padded.subarray(3),
      padded.subarray(4),
    ]);
  }
  const data = new Uint8Array(width * height);
  const rowAt = (y: number) => {
    const clamped = Math.min(height - 1, Math.max(0, y));
    return across.subarray(clamped * width, (clamped + 1) * width);
  };
  for (let y = 0; y < height; y += 1) {
    weigh(data.subarray(y * width, (y + 1) * width), [rowAt(y - 2), rowAt(y - 1), rowAt(y), rowAt(y + 1), rowAt(y + 2)]);
  }
  return { width, height, data };
}

type FiveRows = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

function weigh(out: Uint8Array, [a, b, c, d, e]: FiveRows): void {
  const [outer, inner, middle] = KERNEL;
  for (let x = 0; x < out.length; x += 1) {
    out[x] = (outer * ((a[x] ?? 0) + (e[x] ?? 0)) + inner * ((b[x] ?? 0) + (d[x] ?? 0)) + middle * (c[x] ?? 0) + 128) >> 8;
  }
}
