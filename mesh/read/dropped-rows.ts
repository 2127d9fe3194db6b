import type { Ink } from "./gray.ts";

/** A lost row is empty between rows that share at least this part of the scarcer one's ink. */
const MIN_SHARED = 0.5;
/** Ink both neighbors need: below it an empty row is most likely meant. */
const MIN_INK_PIXELS = 12;
/** Isolated noise pixels that a lost row may still carry. */
const MAX_NOISE_PIXELS = 6;
/** Most rows repaired on one page: more is a halftone or a pattern, not transmission loss. */
const MAX_REPAIRED = 400;

/**
 * Fills rows that the fax channel lost (all paper between two rows of much the same ink) with what both neighbors have.
 * Works on native rows, before any stretch. Returns the picture itself when there is nothing to repair.
 */
export function repairDroppedRows(ink: Ink): Ink {
  const counts = rowCounts(ink);
  const lost: number[] = [];
  for (let y = 1; y + 1 < ink.height; y += 1) {
    const scarcer = Math.min(counts[y - 1] ?? 0, counts[y + 1] ?? 0);
    if (scarcer < MIN_INK_PIXELS || (counts[y] ?? 0) > MAX_NOISE_PIXELS || (counts[y] ?? 0) * 8 > scarcer) continue;
    if (sharedInk(ink, y - 1, y + 1) >= MIN_SHARED * scarcer) lost.push(y);
  }
  if (lost.length === 0 || lost.length > MAX_REPAIRED) return ink;
  const data = ink.data.slice();
  for (const y of lost) fillBetween(ink, data, y);
  return { width: ink.width, height: ink.height, data };
}

function rowCounts(ink: Ink): Int32Array {
  const counts = new Int32Array(ink.height);
  for (let y = 0; y < ink.height; y += 1) {
    let count = 0;
    for (let index = y * ink.width; index < (y + 1) * ink.width; index += 1) count += ink.data[index] ?? 0;
    counts[y] = count;
  }
  return counts;
}

function sharedInk(ink: Ink, upper: number, lower: number): number {
  let shared = 0;
  for (let x = 0; x < ink.width; x += 1) shared += (ink.data[upper * ink.width + x] ?? 0) & (ink.data[lower * ink.width + x] ?? 0);
  return shared;
}

function fillBetween(ink: Ink, data: Uint8Array, y: number): void {
  for (let x = 0; x < ink.width; x += 1) {
    const both = (ink.data[(y - 1) * ink.width + x] ?? 0) & (ink.data[(y + 1) * ink.width + x] ?? 0);
    data[y * ink.width + x] = (data[y * ink.width + x] ?? 0) | both;
  }
}
