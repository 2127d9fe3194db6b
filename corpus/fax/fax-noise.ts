import type { Random } from "../random.ts";
import type { Bitmap, Gray } from "./bitmap.ts";

/** How a fax machine and its line spoil a page. All shares are of 1. */
export interface FaxNoise {
  readonly skewDegrees: number;
  /** Grey below which a pixel turns black: lower fades, higher bleeds. */
  readonly threshold: number;
  /** Error diffusion instead of a threshold. */
  readonly dither: boolean;
  /** Share of pixels flipped. */
  readonly speckle: number;
  /** Share of rows lost on the line; the machine repeats the row before. */
  readonly lostRows: number;
  /** Black pixels spread to the right by one. */
  readonly bleed: boolean;
  /** Black border of the glass, in pixels; 0 for none. */
  readonly border: number;
}

export type Level = "clean" | "mild" | "bad";

/** Draws the noise of one page at a level. Mild: skew up to 0.5 degrees, 0.2 % speckle; bad: 1.2 degrees, 0.6 %, 1 % of rows. */
export function drawFaxNoise(random: Random, level: Level): FaxNoise {
  const sign = random.pick([-1, 1]);
  const still = { dither: false, bleed: false, border: 0 };
  if (level === "clean") return { ...still, skewDegrees: 0, threshold: random.int(150, 185), speckle: 0, lostRows: 0 };
  if (level === "mild") {
    return {
      ...still,
      skewDegrees: sign * random.between(0, 0.5),
      threshold: random.int(140, 190),
      speckle: random.between(0.0006, 0.002),
      lostRows: random.between(0, 0.002),
    };
  }
  return {
    skewDegrees: sign * random.between(0.5, 1.2),
    threshold: random.int(105, 205),
    dither: random.chance(0.15),
    speckle: random.between(0.004, 0.006),
    lostRows: random.between(0.005, 0.01),
    bleed: random.chance(0.25),
    border: random.chance(0.3) ? random.int(8, 40) : 0,
  };
}

/** Turns a grey page into what the other machine printed. */
export function spoilFax(page: Gray, noise: FaxNoise, random: Random): Bitmap {
  const bitmap = noise.dither ? diffuse(page) : threshold(page, noise.threshold);
  if (noise.bleed) spread(bitmap);
  if (noise.border > 0) drawBorder(bitmap, noise.border, random);
  flip(bitmap, noise.speckle, random);
  loseRows(bitmap, noise.lostRows, random);
  return bitmap;
}

export function threshold(page: Gray, level: number): Bitmap {
  const data = new Uint8Array(page.data.length);
  for (let at = 0; at < data.length; at += 1) data[at] = (page.data[at] ?? 255) < level ? 1 : 0;
  return { width: page.width, height: page.height, data };
}

/** Floyd and Steinberg's error diffusion. */
function diffuse(page: Gray): Bitmap {
  const { width, height } = page;
  const light = Float32Array.from(page.data);
  const data = new Uint8Array(width * height);
  const add = (x: number, y: number, share: number): void => {
    if (x >= 0 && x < width && y < height) light[y * width + x] = (light[y * width + x] ?? 0) + share;
  };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const old = light[y * width + x] ?? 255;
      const black = old < 128;
      data[y * width + x] = black ? 1 : 0;
      const error = old - (black ? 0 : 255);
      if (error === 0) continue;
      add(x + 1, y, (error * 7) / 16);
      add(x - 1, y + 1, (error * 3) / 16);
      add(x, y + 1, (error * 5) / 16);
      add(x + 1, y + 1, error / 16);
    }
  }
  return { width, height, data };
}

function spread(bitmap: Bitmap): void {
  for (let at = bitmap.data.length - 1; at > 0; at -= 1) if (bitmap.data[at - 1] === 1) bitmap.data[at] = 1;
}

function drawBorder(bitmap: Bitmap, size: number, random: Random): void {
  const left = random.chance(0.5);
  for (let y = 0; y < bitmap.height; y += 1) {
    const wide = Math.max(2, size + random.int(-2, 2));
    const from = y * bitmap.width + (left ? 0 : bitmap.width - wide);
    bitmap.data.fill(1, from, from + wide);
  }
}

function flip(bitmap: Bitmap, share: number, random: Random): void {
  const count = Math.round(bitmap.data.length * share);
  for (let done = 0; done < count; done += 1) {
    const at = Math.floor(random.next() * bitmap.data.length);
    bitmap.data[at] = 1 - (bitmap.data[at] ?? 0);
  }
}

function loseRows(bitmap: Bitmap, share: number, random: Random): void {
  const count = Math.round(bitmap.height * share);
  for (let done = 0; done < count; done += 1) {
    const row = random.int(1, bitmap.height - 1);
    bitmap.data.copyWithin(row * bitmap.width, (row - 1) * bitmap.width, row * bitmap.width);
  }
}
