import type { Calibration } from "./calibration.ts";

/** Probabilities are kept this far from 0 and 1, where log-odds are infinite. */
const EDGE = 1e-6;
/** Newton steps; the log-likelihood of two parameters converges in far fewer. */
const STEPS = 50;
/** Pull towards the identity (intercept 0, slope 1): few samples must not bend the curve. */
const RIDGE = 1;

/** One document as it ended: the product of its probabilities, and whether all fields were right. */
export interface CalibrationSample {
  readonly probability: number;
  readonly right: boolean;
}

/** Calibrated probability 0..1 that all are right, given the probability of each; 0 when one of them is no number. */
export function jointConfidence(probabilities: readonly number[], { intercept, slope }: Calibration["confidence"]): number {
  const product = probabilities.reduce((so, probability) => so * probability, 1);
  if (!(product > 0)) return 0;
  return sigmoid(intercept + slope * logit(product));
}

/** Logistic calibration (Platt) by Newton's method with a ridge towards the identity. Deterministic. */
export function fitConfidence(samples: readonly CalibrationSample[]): Calibration["confidence"] {
  let [a, b] = [0, 1];
  for (let step = 0; step < STEPS; step += 1) {
    let [ga, gb, haa, hab, hbb] = [RIDGE * a, RIDGE * (b - 1), RIDGE, 0, RIDGE];
    for (const { probability, right } of samples) {
      const x = logit(probability);
      const p = sigmoid(a + b * x);
      const error = p - Number(right);
      const weight = p * (1 - p);
      ga += error;
      gb += error * x;
      haa += weight;
      hab += weight * x;
      hbb += weight * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    a -= da;
    b -= db;
    if (Math.abs(da) + Math.abs(db) < 1e-10) break;
  }
  return { intercept: a, slope: Math.max(b, EDGE) };
}

/** The value that a share `q` of the values does not exceed. Throws RangeError on an empty list. */
export function thresholdAt(values: readonly number[], q: number): number {
  const value = values.toSorted((x, y) => x - y)[Math.min(values.length - 1, Math.ceil(q * values.length) - 1)];
  if (value === undefined) throw new RangeError(`taking the quantile "${q}": the list is empty, it must hold one or more`);
  return value;
}

function logit(probability: number): number {
  const cut = Math.min(1 - EDGE, Math.max(EDGE, probability));
  return Math.log(cut / (1 - cut));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
