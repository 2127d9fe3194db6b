import type { Ink } from "./gray.ts";

/** Runs of ink looked at on one page: a page of pure noise has about one run in four pixels. */
const MAX_RUNS = 12_000_000;

/** 8-connected components of ink, in the order of their first pixel. Boxes are inclusive. */
export interface Components {
  readonly count: number;
  readonly x0: Int32Array;
  readonly y0: Int32Array;
  readonly x1: Int32Array;
  readonly y1: Int32Array;
  /** Ink pixels. */
  readonly area: Int32Array;
  /** Horizontal runs of ink: row, first and last column, component. */
  readonly runs: {
    readonly count: number;
    readonly row: Int32Array;
    readonly from: Int32Array;
    readonly to: Int32Array;
    readonly of: Int32Array;
  };
}

/** Labels the components of a page by runs and union-find: one pass over the pixels, memory in proportion to the runs. */
export function findComponents(ink: Ink): Components {
  const runs = collectRuns(ink);
  const parent = new Int32Array(runs.count);
  for (let run = 0; run < runs.count; run += 1) parent[run] = run;
  joinRows(runs, parent);
  const of = new Int32Array(runs.count);
  let count = 0;
  for (let run = 0; run < runs.count; run += 1) {
    const root = find(parent, run);
    of[run] = root === run ? count++ : (of[root] ?? 0);
  }
  const boxes = {
    x0: new Int32Array(count).fill(ink.width),
    y0: new Int32Array(count).fill(ink.height),
    x1: new Int32Array(count),
    y1: new Int32Array(count),
    area: new Int32Array(count),
  };
  for (let run = 0; run < runs.count; run += 1) {
    const label = of[run] ?? 0;
    const [row, from, to] = [runs.row[run] ?? 0, runs.from[run] ?? 0, runs.to[run] ?? 0];
    boxes.x0[label] = Math.min(boxes.x0[label] ?? 0, from);
    boxes.x1[label] = Math.max(boxes.x1[label] ?? 0, to);
    boxes.y0[label] = Math.min(boxes.y0[label] ?? 0, row);
    boxes.y1[label] = Math.max(boxes.y1[label] ?? 0, row);
    boxes.area[label] = (boxes.area[label] ?? 0) + to - from + 1;
  }
  return { count, ...boxes, runs: { ...runs, of } };
}

interface Runs {
  readonly count: number;
  readonly row: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

function collectRuns(ink: Ink): Runs {
  const count = Math.min(countRuns(ink), MAX_RUNS);
  const row = new Int32Array(count);
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  let next = 0;
  for (let y = 0; y < ink.height && next < count; y += 1) {
    const line = ink.data.subarray(y * ink.width, (y + 1) * ink.width);
    let x = line.indexOf(1);
    while (x !== -1 && next < count) {
      const end = line.indexOf(0, x);
      row[next] = y;
      from[next] = x;
      to[next] = end === -1 ? ink.width - 1 : end - 1;
      next += 1;
      x = end === -1 ? -1 : line.indexOf(1, end);
    }
  }
  return { count, row, from, to };
}

function countRuns(ink: Ink): number {
  let count = 0;
  for (let y = 0; y < ink.height; y += 1) {
    let before = 0;
    for (let index = y * ink.width; index < (y + 1) * ink.width; index += 1) {
      const value = ink.data[index] ?? 0;
      if (value > before) count += 1;
      before = value;
    }
  }
  return count;
}

/** Unites each run with the runs of the row above that touch it, corners included. */
function joinRows(runs: Runs, parent: Int32Array): void {
  let above = 0;
  for (let run = 0; run < runs.count; run += 1) {
    while (above < run && endsBefore(runs, above, run)) above += 1;
    for (let other = above; other < run && touchesFromAbove(runs, other, run); other += 1) unite(parent, other, run);
  }
}

/** True when `other` can touch neither `run` nor any run after it. */
function endsBefore(runs: Runs, other: number, run: number): boolean {
  const distance = (runs.row[run] ?? 0) - (runs.row[other] ?? 0);
  return distance > 1 || (distance === 1 && (runs.to[other] ?? 0) < (runs.from[run] ?? 0) - 1);
}

function touchesFromAbove(runs: Runs, other: number, run: number): boolean {
  return (runs.row[other] ?? 0) === (runs.row[run] ?? 0) - 1 && (runs.from[other] ?? 0) <= (runs.to[run] ?? 0) + 1;
}

function find(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) root = parent[root] ?? root;
  let node = run;
  while (parent[node] !== root) {
    const next = parent[node] ?? root;
    parent[node] = root;
    node = next;
  }
  return root;
}

/** The earlier run becomes the root, so that labels follow reading order. */
function unite(parent: Int32Array, a: number, b: number): void {
  const [first, second] = [find(parent, a), find(parent, b)];
  if (first < second) parent[second] = first;
  else parent[first] = second;
}
