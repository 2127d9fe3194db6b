import type { Components } from "./components.ts";
import type { QuarterTurn } from "./rotate.ts";

/** Letters are between these heights and widths. */
const MIN_LETTER_MM = 0.8;
const MAX_LETTER_MM = 8;
const MM_PER_INCH = 25.4;
/** Edges are compared inside bands across the page, so that a skew of some degrees does not blur them. */
const BANDS = 16;
/** Letters below which the page says nothing about its direction. */
const MIN_LETTERS = 40;
/** Ratios between the winning and the losing profile from which a direction needs no proof by reading. */
const CERTAIN_AXIS = 1.5;
const CERTAIN_END = 1.12;

export interface Orientation {
  /** Clockwise turn that makes the page upright. */
  readonly turn: QuarterTurn;
  /** False when the picture alone does not tell: the caller should read a strip each way. */
  readonly certain: boolean;
}

/**
 * Direction of a page with square pixels from the edges of its letters. Letters of a line share one base line, so their
 * lower edges agree more than their upper ones, and both more than their sides.
 */
export function findOrientation(components: Components, dpi: number): Orientation {
  const letters = lettersOf(components, dpi);
  if (letters.length < MIN_LETTERS) return { turn: 0, certain: false };
  const along = (edge: Int32Array, across: Int32Array) => sharpness(letters, edge, across);
  const top = along(components.y0, components.x0);
  const bottom = along(components.y1, components.x0);
  const left = along(components.x0, components.y0);
  const right = along(components.x1, components.y0);
  const upright = Math.max(top, bottom) >= Math.max(left, right);
  const axis = upright ? Math.max(top, bottom) / Math.max(left, right, 1) : Math.max(left, right) / Math.max(top, bottom, 1);
  const [base, other] = upright ? [bottom, top] : [right, left];
  const end = Math.max(base, other) / Math.max(1, Math.min(base, other));
  const turn = turnOf(upright, base >= other);
  return { turn, certain: axis >= CERTAIN_AXIS && end >= CERTAIN_END };
}

/** A page turned clockwise by 90 has its base lines on the left. */
function turnOf(upright: boolean, baseWins: boolean): QuarterTurn {
  if (upright) return baseWins ? 0 : 180;
  return baseWins ? 90 : 270;
}

function lettersOf(components: Components, dpi: number): number[] {
  const smallest = (MIN_LETTER_MM * dpi) / MM_PER_INCH;
  const largest = (MAX_LETTER_MM * dpi) / MM_PER_INCH;
  const letters: number[] = [];
  for (let label = 0; label < components.count; label += 1) {
    const width = (components.x1[label] ?? 0) - (components.x0[label] ?? 0) + 1;
    const height = (components.y1[label] ?? 0) - (components.y0[label] ?? 0) + 1;
    if (Math.max(width, height) >= smallest && width <= largest && height <= largest) letters.push(label);
  }
  return letters;
}

/** Mean number of letters that share an edge position (within one pixel) inside a band. */
function sharpness(letters: readonly number[], edge: Int32Array, across: Int32Array): number {
  const extent = Math.max(...letters.map((label) => across[label] ?? 0)) + 1;
  const bands = Array.from({ length: BANDS }, () => new Map<number, number>());
  for (const label of letters) {
    const band = bands[Math.floor(((across[label] ?? 0) * BANDS) / extent)];
    const position = edge[label] ?? 0;
    band?.set(position, (band.get(position) ?? 0) + 1);
  }
  let shared = 0;
  for (const band of bands) {
    for (const [position, count] of band) shared += count * (count + (band.get(position - 1) ?? 0) + (band.get(position + 1) ?? 0));
  }
  return shared / letters.length;
}
