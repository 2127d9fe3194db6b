import type { Ink } from "./gray.ts";

/** Largest skew looked for, in degrees. */
const MAX_DEGREES = 5;
const COARSE_STEP = 0.25;
const FINE_STEP = 0.05;
/** Ink points the profile is built from; more add time, not precision. */
const MAX_POINTS = 60_000;
/** The best profile must beat the straight one by this part, or the page counts as straight. */
const MIN_GAIN = 1.005;

/**
 * Skew of the text lines in degrees, positive when lines fall to the right, by the sharpness of the projection on the
 * vertical axis (Postl 1986). 0 for pages without a clear direction. The page must be upright; `stretch` is the factor that
 * makes its rows square. Native rows are measured, since stretched ones repeat and favor the straight profile.
 */
export function skewDegrees(ink: Ink, stretch: number): number {
  const points = samplePoints(ink);
  if (points.x.length === 0) return 0;
  const score = (degrees: number) => sharpness(points, ink, Math.tan((degrees * Math.PI) / 180) / stretch);
  const straight = score(0);
  const coarse = best(score, { from: -MAX_DEGREES, to: MAX_DEGREES, step: COARSE_STEP });
  const fine = best(score, { from: coarse.degrees - COARSE_STEP, to: coarse.degrees + COARSE_STEP, step: FINE_STEP });
  return fine.score < straight * MIN_GAIN ? 0 : Math.round(fine.degrees * 100) / 100;
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Lower ends of vertical ink runs, thinned evenly: base lines are the sharpest feature of text. */
function samplePoints(ink: Ink): Points {
  const found: number[] = [];
  for (let y = 0; y + 1 < ink.height; y += 1) {
    for (let index = y * ink.width; index < (y + 1) * ink.width; index += 1) {
      if (ink.data[index] === 1 && ink.data[index + ink.width] === 0) found.push(index);
    }
  }
  const stride = Math.max(1, Math.ceil(found.length / MAX_POINTS));
  const kept = found.filter((_, index) => index % stride === 0);
  return { x: Float64Array.from(kept, (index) => index % ink.width), y: Float64Array.from(kept, (index) => Math.floor(index / ink.width)) };
}

function sharpness(points: Points, ink: Ink, slope: number): number {
  const shift = Math.ceil(Math.abs(slope) * ink.width) + 1;
  const bins = new Int32Array(ink.height + 2 * shift + 2);
  for (let index = 0; index < points.x.length; index += 1) {
    const bin = Math.round((points.y[index] ?? 0) - slope * (points.x[index] ?? 0)) + shift;
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  let sum = 0;
  for (const count of bins) sum += count * count;
  return sum;
}

function best(
  score: (degrees: number) => number,
  range: { readonly from: number; readonly to: number; readonly step: number },
): { readonly degrees: number; readonly score: number } {
  let winner = { degrees: 0, score: -1 };
  const steps = Math.round((range.to - range.from) / range.step);
  for (let step = 0; step <= steps; step += 1) {
    const degrees = range.from + step * range.step;
    const value = score(degrees);
    // The smaller angle wins a tie: doing nothing is safer.
    if (value > winner.score || (value === winner.score && Math.abs(degrees) < Math.abs(winner.degrees)))
      winner = { degrees, score: value };
  }
  return winner;
}
