import type { TruthBox, TruthWord } from "../../corpus/truth.ts";
import type { Box } from "../../proto/document/v1/document.pb.ts";

/** Words that stand once on a page and were read right tie truth to reading; a map needs three, these leave room for errors. */
const MIN_ANCHORS = 8;
/** Shorter words stand on a page more than once by chance, or are read as each other. */
const MIN_ANCHOR_CHARS = 3;
const MAX_ROUNDS = 12;
/** An anchor this many times further off than the median one is a misreading that met another word. */
const OUTLIER = 4;
/** Distances below this are noise of the boxes, in pixels. */
const NOISE_PX = 6;
/** Median distance above which the page's truth cannot be trusted to name words, in pixels. */
const MAX_MEDIAN_PX = 10;

/** `[a, b, c, d, e, f]`: x′ = a·x + c·y + e, y′ = b·x + d·y + f. */
export type Affine = readonly [number, number, number, number, number, number];

interface Anchor {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

interface ReadText {
  readonly text: string;
  readonly box: Box;
}

/**
 * The map from truth (PDF points of the drawn page) to the page as it was read (pixels, upright, level), found from words that
 * both have once: whatever fax channel, turning and leveling did to the page is in it. Undefined when the page was
 * read too badly to tell.
 */
export function fitPage(drawn: readonly TruthWord[], read: readonly ReadText[]): Affine | undefined {
  let anchors = anchorsOf(drawn, read);
  for (let round = 0; round < MAX_ROUNDS && anchors.length >= MIN_ANCHORS; round += 1) {
    const affine = solve(anchors);
    if (affine === undefined) return undefined;
    const distances = anchors.map((anchor) => distance(affine, anchor));
    const median = distances.toSorted((a, b) => a - b)[distances.length >> 1] ?? 0;
    const limit = Math.max(NOISE_PX, OUTLIER * median);
    const kept = anchors.filter((_, at) => (distances[at] ?? 0) <= limit);
    if (kept.length === anchors.length) return median <= MAX_MEDIAN_PX ? affine : undefined;
    anchors = kept;
  }
  return undefined;
}

/** The box around a mapped box. */
export function mapBox([a, b, c, d, e, f]: Affine, box: TruthBox): Box {
  const corners = [
    [box.x0, box.y0],
    [box.x1, box.y0],
    [box.x0, box.y1],
    [box.x1, box.y1],
  ] as const;
  const xs = corners.map(([x, y]) => a * x + c * y + e);
  const ys = corners.map(([x, y]) => b * x + d * y + f);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

function anchorsOf(drawn: readonly TruthWord[], read: readonly ReadText[]): readonly Anchor[] {
  const [left, right] = [once(drawn), once(read)];
  return [...left].flatMap(([text, from]) => {
    const to = right.get(text);
    return to === undefined ? [] : [{ from: centerOf(from.box), to: centerOf(to.box) }];
  });
}

function once<T extends { readonly text: string }>(words: readonly T[]): ReadonlyMap<string, T> {
  const counts = new Map<string, number>();
  for (const { text } of words) counts.set(text, (counts.get(text) ?? 0) + 1);
  return new Map(words.filter(({ text }) => text.length >= MIN_ANCHOR_CHARS && counts.get(text) === 1).map((word) => [word.text, word]));
}

function centerOf(box: TruthBox): readonly [number, number] {
  return [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2];
}

function distance([a, b, c, d, e, f]: Affine, { from: [x, y], to }: Anchor): number {
  return Math.hypot(a * x + c * y + e - to[0], b * x + d * y + f - to[1]);
}

/** Least squares by the normal equations of (x, y, 1), solved with Cramer's rule. */
function solve(anchors: readonly Anchor[]): Affine | undefined {
  const sum = (value: (anchor: Anchor) => number) => anchors.reduce((total, anchor) => total + value(anchor), 0);
  const [xx, xy, yy] = [sum(({ from }) => from[0] ** 2), sum(({ from }) => from[0] * from[1]), sum(({ from }) => from[1] ** 2)];
  const [x, y, n] = [sum(({ from }) => from[0]), sum(({ from }) => from[1]), anchors.length];
  const determinant = xx * (yy * n - y * y) - xy * (xy * n - y * x) + x * (xy * y - yy * x);
  // Words on one line do not fix a map of the plane.
  if (Math.abs(determinant) < 1e-6 * n) return undefined;
  const axis = (to: 0 | 1): readonly [number, number, number] => {
    const [tx, ty, t] = [sum((one) => one.from[0] * one.to[to]), sum((one) => one.from[1] * one.to[to]), sum((one) => one.to[to])];
    return [
      (tx * (yy * n - y * y) - xy * (ty * n - y * t) + x * (ty * y - yy * t)) / determinant,
      (xx * (ty * n - t * y) - tx * (xy * n - y * x) + x * (xy * t - ty * x)) / determinant,
      (xx * (yy * t - ty * y) - xy * (xy * t - ty * x) + tx * (xy * y - yy * x)) / determinant,
    ];
  };
  const [[a, c, e], [b, d, f]] = [axis(0), axis(1)];
  return [a, b, c, d, e, f];
}
