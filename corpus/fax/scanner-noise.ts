import sharp from "sharp";
import type { Random } from "../random.ts";
import type { Bitmap, Gray } from "./bitmap.ts";
import type { Level } from "./fax-noise.ts";

/**
 * How an office scanner spoils a page: uneven light, sensor noise, shear of the paper path, JPEG, then an adaptive
 * threshold. It shares no code with the fax noise, so that what was tuned on one can be measured on the other.
 */
export interface ScannerNoise {
  readonly skewDegrees: number;
  readonly shear: number;
  /** Standard deviation of the sensor noise, in grey steps. */
  readonly sensor: number;
  /** Darkening towards one side, in grey steps. */
  readonly shade: number;
  readonly jpegQuality: number;
  /** A pixel is black when it is this much darker than its surroundings. */
  readonly offset: number;
}

export function drawScannerNoise(random: Random, level: Level): ScannerNoise {
  const sign = random.pick([-1, 1]);
  if (level === "clean") return { skewDegrees: 0, shear: 0, sensor: 2, shade: 0, jpegQuality: 92, offset: 38 };
  const bad = level === "bad";
  return {
    skewDegrees: sign * random.between(bad ? 0.4 : 0, bad ? 1.2 : 0.5),
    shear: random.between(-1, 1) * (bad ? 0.008 : 0.003),
    sensor: random.between(bad ? 22 : 8, bad ? 34 : 14),
    shade: random.between(10, bad ? 90 : 40),
    jpegQuality: random.int(bad ? 18 : 45, bad ? 35 : 75),
    offset: random.int(bad ? 22 : 30, bad ? 34 : 42),
  };
}

/** The grey page as the scanner hands it on. */
export async function spoilScan(page: Gray, noise: ScannerNoise, random: Random): Promise<Gray> {
  const data = new Uint8Array(page.data.length);
  const slope = (noise.shade / page.width) * random.pick([-1, 1]);
  for (let at = 0; at < data.length; at += 1) {
    const shade = noise.shade / 2 + slope * ((at % page.width) - page.width / 2);
    // Sum of three uniform numbers: close enough to a normal distribution, and cheap.
    const grain = (random.next() + random.next() + random.next() - 1.5) * 2 * noise.sensor;
    data[at] = Math.max(0, Math.min(255, (page.data[at] ?? 255) * 0.94 + 6 - shade + grain));
  }
  const raw = { width: page.width, height: page.height, channels: 1 } as const;
  const jpeg = await sharp(data, { raw }).jpeg({ quality: noise.jpegQuality }).toBuffer();
  const decoded = await sharp(jpeg).toColourspace("b-w").raw().toBuffer();
  return { width: page.width, height: page.height, data: new Uint8Array(decoded) };
}

/** Radius of the neighbourhood a pixel is compared with, in pixels: about a line of text. */
const RADIUS = 14;

/** Black where a pixel is darker than the mean around it by `offset` grey steps. */
export function adaptiveThreshold(page: Gray, offset: number): Bitmap {
  const { width, height } = page;
  const sums = integral(page);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - RADIUS) * (width + 1);
    const low = Math.min(height, y + RADIUS + 1) * (width + 1);
    for (let x = 0; x < width; x += 1) {
      const left = Math.max(0, x - RADIUS);
      const right = Math.min(width, x + RADIUS + 1);
      const count = ((low - top) / (width + 1)) * (right - left);
      const sum = (sums[low + right] ?? 0) - (sums[top + right] ?? 0) - (sums[low + left] ?? 0) + (sums[top + left] ?? 0);
      data[y * width + x] = (page.data[y * width + x] ?? 255) < sum / count - offset ? 1 : 0;
    }
  }
  return { width, height, data };
}

function integral(page: Gray): Float64Array {
  const { width, height } = page;
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      row += page.data[y * width + x] ?? 255;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  return sums;
}
