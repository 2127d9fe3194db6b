import type { Components } from "./components.ts";
import type { PixelBox } from "./contact-sheet.ts";
import type { Ink } from "./gray.ts";

/** Side lengths of boxes on forms. */
const MIN_SIDE_INCH = 0.065;
const MAX_SIDE_INCH = 0.3;
/** Longest side over the shortest. */
const MAX_ASPECT = 1.3;
/** Each side must be a line over at least this part of its length. */
const MIN_SIDE_COVERAGE = 0.88;
/** The line of a side lies within this part of the box from its edge. */
const SIDE_BAND = 0.16;
/** Ink inside the border: below the first the box is empty, above the second it is marked; between them a person looks. */
const EMPTY_FILL = 0.05;
const MARKED_FILL = 0.1;
/** Boxes reported of one page; a crossword is not a form. */
const MAX_BOXES = 400;

export interface FoundCheckbox {
  readonly box: PixelBox;
  readonly checked: boolean;
  /** 0.5 = ambiguous, near 1 = clear. */
  readonly confidence: number;
}

/** Small squares drawn on the page, with their state by the ink inside. The page must be upright, with square pixels. */
export function findCheckboxes(ink: Ink, components: Components, dpi: number): FoundCheckbox[] {
  const found: FoundCheckbox[] = [];
  for (let label = 0; label < components.count && found.length < MAX_BOXES; label += 1) {
    const box = boxOf(components, label);
    if (!squareSized(box, dpi)) continue;
    const border = borderWidth(ink, box);
    if (border === undefined) continue;
    found.push({ box, ...stateOf(fillInside(ink, box, border)) });
  }
  return found;
}

function boxOf(components: Components, label: number): PixelBox {
  return {
    x0: components.x0[label] ?? 0,
    y0: components.y0[label] ?? 0,
    x1: (components.x1[label] ?? 0) + 1,
    y1: (components.y1[label] ?? 0) + 1,
  };
}

function squareSized(box: PixelBox, dpi: number): boolean {
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const shortest = Math.min(width, height);
  const longest = Math.max(width, height);
  return shortest >= MIN_SIDE_INCH * dpi && longest <= MAX_SIDE_INCH * dpi && longest <= MAX_ASPECT * shortest;
}

/** Depth in pixels at which all four sides have shown their line; undefined when one side is not a line. */
function borderWidth(ink: Ink, box: PixelBox): number | undefined {
  const deepest = Math.max(2, Math.round(SIDE_BAND * Math.min(box.x1 - box.x0, box.y1 - box.y0)));
  for (let depth = 1; depth <= deepest; depth += 1) {
    if (weakestSide(ink, box, depth) >= MIN_SIDE_COVERAGE) return depth;
  }
  return undefined;
}

function weakestSide(ink: Ink, box: PixelBox, depth: number): number {
  const sides = [
    { ...box, y1: box.y0 + depth, alongX: true },
    { ...box, y0: box.y1 - depth, alongX: true },
    { ...box, x1: box.x0 + depth, alongX: false },
    { ...box, x0: box.x1 - depth, alongX: false },
  ];
  return Math.min(...sides.map((side) => coverage(ink, side, side.alongX)));
}

/** Part of the columns (or rows) of the band that hold ink. */
function coverage(ink: Ink, band: PixelBox, alongX: boolean): number {
  const [from, to] = alongX ? [band.x0, band.x1] : [band.y0, band.y1];
  const [start, end] = alongX ? [band.y0, band.y1] : [band.x0, band.x1];
  let hit = 0;
  for (let position = from; position < to; position += 1) {
    for (let depth = start; depth < end; depth += 1) {
      const index = alongX ? depth * ink.width + position : position * ink.width + depth;
      if (ink.data[index] === 1) {
        hit += 1;
        break;
      }
    }
  }
  return hit / Math.max(1, to - from);
}

function fillInside(ink: Ink, box: PixelBox, border: number): number {
  // A drawn line is a pixel or two deeper than where it first closes: leave room, but keep the middle.
  const inset = Math.min(border * 2 + 2, Math.floor((box.x1 - box.x0) / 3), Math.floor((box.y1 - box.y0) / 3));
  let filled = 0;
  let total = 0;
  for (let y = box.y0 + inset; y < box.y1 - inset; y += 1) {
    for (let x = box.x0 + inset; x < box.x1 - inset; x += 1) {
      filled += ink.data[y * ink.width + x] ?? 0;
      total += 1;
    }
  }
  return total === 0 ? 0 : filled / total;
}

function stateOf(fill: number): { readonly checked: boolean; readonly confidence: number } {
  if (fill <= EMPTY_FILL) return { checked: false, confidence: 0.99 - 0.2 * (fill / EMPTY_FILL) };
  if (fill >= MARKED_FILL) return { checked: true, confidence: Math.min(0.99, 0.8 + fill) };
  return { checked: fill >= (EMPTY_FILL + MARKED_FILL) / 2, confidence: 0.5 };
}
