/**
 * Characters that fax OCR takes for one another, as groups. Within a group a substitution costs little; across groups it
 * costs one full edit.
 */
const LOOK_ALIKE: readonly string[] = ["0oOQD", "1lI|!ij", "5sS", "8B", "2zZ", "6bG", "9gq", "uv", "ce", "3B", "4A", "7T", "1t"];
const SIMILAR_COST = 0.3;
const FAINT_COST = 0.4;
/** Marks that a low-resolution fax loses or invents. */
const FAINT = new Set([".", ",", "-", "'", " ", "/", "(", ")", ":", "*"]);
/** Letter pairs that read as one letter. */
const MERGED: readonly (readonly [string, string])[] = [
  ["rn", "m"],
  ["vv", "w"],
  ["cl", "d"],
  ["ri", "n"],
  ["nn", "m"],
];

const similar: ReadonlySet<string> = new Set(LOOK_ALIKE.flatMap((group) => [...group].flatMap((a) => [...group].map((b) => a + b))));

/** Folds look-alikes onto one character and drops everything but letters and digits, for exact look-up of short labels. */
export function fold(text: string): string {
  const flat = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9|!]/g, "")
    .replace(/rn|nn/g, "m")
    .replace(/vv/g, "w");
  return [...flat].map((char) => FOLDED.get(char) ?? char).join("");
}

const FOLDED: ReadonlyMap<string, string> = new Map([
  ["0", "o"],
  ["q", "g"],
  ["9", "g"],
  ["1", "l"],
  ["i", "l"],
  ["|", "l"],
  ["!", "l"],
  ["j", "l"],
  ["5", "s"],
  ["8", "b"],
  ["6", "b"],
  ["2", "z"],
]);

/** Cost of reading `b` where `a` stands: 0 same, small for look-alikes, 1 otherwise. */
export function substitutionCost(a: string, b: string): number {
  if (a === b) return 0;
  return similar.has(a + b) ? SIMILAR_COST : 1;
}

/**
 * Edit distance in which OCR confusions (0/O, 1/l/I, 5/S, 8/B, rn/m, lost points and hyphens) cost less than one edit.
 * Stops early and answers Infinity once the distance must exceed `max`.
 */
export function ocrDistance(a: string, b: string, max = Number.POSITIVE_INFINITY): number {
  if (a === b) return 0;
  const rows: number[][] = [startRow(b)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [(rows[i - 1]?.[0] ?? 0) + gapCost(a[i - 1] ?? "")];
    for (let j = 1; j <= b.length; j += 1) row.push(cheapest(rows, row, { a, b, i, j }));
    if (Math.min(...row) > max + 1) return Number.POSITIVE_INFINITY;
    rows.push(row);
  }
  const distance = rows[a.length]?.[b.length] ?? Number.POSITIVE_INFINITY;
  return distance > max ? Number.POSITIVE_INFINITY : distance;
}

function startRow(b: string): number[] {
  const row = [0];
  for (const char of b) row.push((row.at(-1) ?? 0) + gapCost(char));
  return row;
}

interface At {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly j: number;
}

function cheapest(rows: readonly number[][], row: readonly number[], at: At): number {
  const charA = at.a[at.i - 1] ?? "";
  const charB = at.b[at.j - 1] ?? "";
  const before = rows[at.i - 1] ?? [];
  const substituted = (before[at.j - 1] ?? 0) + substitutionCost(charA, charB);
  return Math.min(substituted, (before[at.j] ?? 0) + gapCost(charA), (row[at.j - 1] ?? 0) + gapCost(charB), merged(rows, at));
}

/** Cost of a pair of letters that became one, or of one that became a pair; Infinity where neither stands. */
function merged(rows: readonly number[][], { a, b, i, j }: At): number {
  let best = Number.POSITIVE_INFINITY;
  for (const [pair, single] of MERGED) {
    if (i > 1 && b[j - 1] === single && a.startsWith(pair, i - 2)) best = Math.min(best, (rows[i - 2]?.[j - 1] ?? 0) + SIMILAR_COST);
    if (j > 1 && a[i - 1] === single && b.startsWith(pair, j - 2)) best = Math.min(best, (rows[i - 1]?.[j - 2] ?? 0) + SIMILAR_COST);
  }
  return best;
}

function gapCost(char: string): number {
  return FAINT.has(char) ? FAINT_COST : 1;
}
