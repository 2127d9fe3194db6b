import type { PixelBox } from "./contact-sheet.ts";
import { type Gray, MIDDLE } from "./gray.ts";

/** Gap inside a word, as a part of the box height: ink nearer than this belongs to the word. */
const MAX_GAP = 0.3;
/** Farthest a box grows on one side, as a part of its height: about four characters. */
const MAX_GROWTH = 2.5;
/** White kept at both ends, as a part of the height. */
const SIDE_ROOM = 0.12;
/** A column with ink over more than this part of a band twice as high as the box is a rule of a table, not a letter. */
const RULE_PART = 0.8;
/** Columns with fewer ink pixels than this part of the height are specks. */
const SPECK_PART = 0.1;

/**
 * The box of a word as its ink has it: grown over characters that the recognizer cut off, so that a second reading sees
 * them and disagrees. It stops at gaps, at rules and at the boxes of its neighbors.
 */
export function wholeWordBox(picture: Gray, box: PixelBox, neighbors: readonly PixelBox[]): PixelBox {
  const height = box.y1 - box.y0;
  const limits = limitsOf(box, neighbors, { left: box.x0 - MAX_GROWTH * height, right: box.x1 + MAX_GROWTH * height });
  const right = grow(picture, box, { start: box.x1, end: limits.right, step: 1 });
  const left = grow(picture, box, { start: box.x0 - 1, end: limits.left, step: -1 });
  const room = SIDE_ROOM * height;
  return { x0: Math.max(left - room, limits.left), y0: box.y0, x1: Math.min(right + room, limits.right), y1: box.y1 };
}

function limitsOf(
  box: PixelBox,
  neighbors: readonly PixelBox[],
  widest: { readonly left: number; readonly right: number },
): { readonly left: number; readonly right: number } {
  let { left, right } = widest;
  for (const other of neighbors) {
    if (other === box || other.y1 <= box.y0 || other.y0 >= box.y1) continue;
    if (other.x1 <= box.x0) left = Math.max(left, (other.x1 + box.x0) / 2);
    if (other.x0 >= box.x1) right = Math.min(right, (other.x0 + box.x1) / 2);
  }
  return { left, right };
}

interface Walk {
  readonly start: number;
  readonly end: number;
  readonly step: 1 | -1;
}

/** Edge of the ink that continues the word in one direction. */
function grow(picture: Gray, box: PixelBox, walk: Walk): number {
  const height = box.y1 - box.y0;
  const outer = { y0: box.y0 - height / 2, y1: box.y1 + height / 2 };
  let edge = walk.step === 1 ? box.x1 : box.x0;
  for (let x = Math.floor(walk.start); walk.step * (walk.end - x) > 0; x += walk.step) {
    const distance = walk.step === 1 ? x - edge : edge - x;
    if (distance > MAX_GAP * height) break;
    if (inkInColumn(picture, x, outer) > RULE_PART * 2 * height) break;
    if (inkInColumn(picture, x, box) >= SPECK_PART * height) edge = walk.step === 1 ? x + 1 : x;
  }
  return edge;
}

function inkInColumn(picture: Gray, x: number, rows: { readonly y0: number; readonly y1: number }): number {
  if (x < 0 || x >= picture.width) return 0;
  let ink = 0;
  for (let y = Math.max(0, Math.floor(rows.y0)); y < Math.min(picture.height, rows.y1); y += 1) {
    if ((picture.data[y * picture.width + x] ?? 255) < MIDDLE) ink += 1;
  }
  return ink;
}
