import type { Components } from "./components.ts";
import { findComponents } from "./components.ts";
import type { Ink } from "./gray.ts";

/** Speckle is at most this many square millimeters: 3 pixels of a fine fax (204 x 196). A decimal point has 9 and more. */
const SPECKLE_MM2 = 0.05;
/** A component counts as large (part of a letter) from this height. */
const LARGE_MM = 1;
const MM_PER_INCH = 25.4;

export interface Density {
  readonly dpiX: number;
  readonly dpiY: number;
}

/** Largest speckle in pixels at the density, at least one. */
function speckleArea(density: Density): number {
  return Math.max(1, Math.floor((SPECKLE_MM2 * density.dpiX * density.dpiY) / (MM_PER_INCH * MM_PER_INCH)));
}

/**
 * Tiny components for each large one, before any clean-up: 0.00 to 0.07 on clean pages, about 1 on a mildly noisy fine
 * fax, 7 and more on a bad one. 0 for a page without large components and without tiny ones.
 */
export function noiseRatio(components: Components, density: Density): number {
  const tiny = speckleArea(density);
  const largeHeight = (LARGE_MM * density.dpiY) / MM_PER_INCH;
  let tinyCount = 0;
  let largeCount = 0;
  for (let label = 0; label < components.count; label += 1) {
    if ((components.area[label] ?? 0) <= tiny) tinyCount += 1;
    else if ((components.y1[label] ?? 0) - (components.y0[label] ?? 0) + 1 >= largeHeight) largeCount += 1;
  }
  return tinyCount / Math.max(1, largeCount);
}

/** Large components, of a size that letters have. */
export function largeCount(components: Components, density: Density): number {
  const largeHeight = (LARGE_MM * density.dpiY) / MM_PER_INCH;
  let count = 0;
  for (let label = 0; label < components.count; label += 1) {
    if ((components.y1[label] ?? 0) - (components.y0[label] ?? 0) + 1 >= largeHeight) count += 1;
  }
  return count;
}

/** A copy without specks of ink on paper and without specks of paper in ink. */
export function despeckle(ink: Ink, components: Components, density: Density): Ink {
  const limit = speckleArea(density);
  const data = ink.data.slice();
  erase({ ...ink, data }, components, { limit, value: 0 });
  const paper = { width: ink.width, height: ink.height, data: invert(data) };
  erase({ ...ink, data }, findComponents(paper), { limit, value: 1 });
  return { width: ink.width, height: ink.height, data };
}

function invert(from: Uint8Array): Uint8Array {
  const data = new Uint8Array(from.length);
  for (let index = 0; index < data.length; index += 1) data[index] = 1 - (from[index] ?? 0);
  return data;
}

function erase(target: Ink, components: Components, options: { readonly limit: number; readonly value: number }): void {
  const { runs } = components;
  for (let run = 0; run < runs.count; run += 1) {
    if ((components.area[runs.of[run] ?? 0] ?? 0) > options.limit) continue;
    const start = (runs.row[run] ?? 0) * target.width;
    target.data.fill(options.value, start + (runs.from[run] ?? 0), start + (runs.to[run] ?? 0) + 1);
  }
}
