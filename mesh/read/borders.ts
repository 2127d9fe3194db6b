import type { Gray, Ink } from "./gray.ts";

/** A row or column belongs to a scanner border while at least this part of it is ink. */
const MIN_SOLID = 0.5;
/** White lines that may lie between the edge of the picture and its border. */
const MAX_OFFSET = 4;
/** Deepest border removed, as a part of the page's width or height. */
const MAX_DEPTH_PART = 0.12;

export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Widths of black scanner borders in pixels: lines from each edge inward that are mostly ink. They ruin page segmentation
 * at fax resolutions, so the reader paints them white; positions on the page stay as they are.
 */
export function findBorders(ink: Ink): Margins {
  const rows = new Int32Array(ink.height);
  const columns = new Int32Array(ink.width);
  for (let y = 0; y < ink.height; y += 1) {
    let count = 0;
    for (let x = 0; x < ink.width; x += 1) {
      const value = ink.data[y * ink.width + x] ?? 0;
      count += value;
      columns[x] = (columns[x] ?? 0) + value;
    }
    rows[y] = count;
  }
  return {
    left: depthOf(columns, ink.height),
    right: depthOf(columns.toReversed(), ink.height),
    top: depthOf(rows, ink.width),
    bottom: depthOf(rows.toReversed(), ink.width),
  };
}

/** Solid lines from the start of `counts`; 0 when they go deeper than a border does. */
function depthOf(counts: Int32Array, length: number): number {
  const solid = (index: number) => (counts[index] ?? 0) >= MIN_SOLID * length;
  let start = 0;
  while (start < MAX_OFFSET && !solid(start)) start += 1;
  if (start === MAX_OFFSET) return 0;
  let end = start;
  while (end < counts.length && solid(end)) end += 1;
  return end > MAX_DEPTH_PART * counts.length ? 0 : end;
}

/** A copy with the margins white; the picture itself when there are none. */
export function whitenBorders(gray: Gray, margins: Margins): Gray {
  if (margins.left + margins.top + margins.right + margins.bottom === 0) return gray;
  const data = gray.data.slice();
  data.fill(255, 0, margins.top * gray.width);
  data.fill(255, (gray.height - margins.bottom) * gray.width);
  for (let y = 0; y < gray.height; y += 1) {
    data.fill(255, y * gray.width, y * gray.width + margins.left);
    data.fill(255, (y + 1) * gray.width - margins.right, (y + 1) * gray.width);
  }
  return { width: gray.width, height: gray.height, data };
}
