import type { Calibration } from "./calibration.ts";

/** Probabilities are kept this far from 0 and 1, where log-odds are infinite. */
const EDGE = 1e-6;
/** Newton steps; two parameters converge in far fewer. */
const STEPS = 50;
/** Beyond it a probability is 0 or 1 to nine digits. */
const MAX_INTERCEPT = 20;
/** Pull towards the identity (intercept 0, slope 1), in samples: few of them must not bend the curve. */
const RIDGE = 10;
/** A flatter curve would tell every document the same: samples that say so say that the probabilities need a fit of their own. */
const MIN_SLOPE = 0.25;

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

/** Logistic calibration (Platt) by damped Newton steps with a ridge towards the identity. Deterministic. */
export function fitConfidence(samples: readonly CalibrationSample[]): Calibration["confidence"] {
  const points = samples.map(({ probability, right }) => ({ x: logit(probability), y: Number(right) }));
  let current = { intercept: 0, slope: 1 };
  for (let step = 0; step < STEPS; step += 1) {
    const next = improve(points, current);
    if (next === undefined) break;
    current = next;
  }
  return current.slope >= MIN_SLOPE ? current : { intercept: fitIntercept(points, MIN_SLOPE), slope: MIN_SLOPE };
}

/** The intercept at a given slope, by bisection: the gradient rises with it. */
function fitIntercept(points: readonly Point[], slope: number): number {
  let [low, high] = [-MAX_INTERCEPT, MAX_INTERCEPT];
  while (high - low > EDGE) {
    const middle = (low + high) / 2;
    const gradient = points.reduce((sum, { x, y }) => sum + sigmoid(middle + slope * x) - y, RIDGE * middle);
    if (gradient > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A Newton step, halved until the loss falls; undefined when it no longer does. */
function improve(points: readonly Point[], from: Calibration["confidence"]): Calibration["confidence"] | undefined {
  const [byIntercept, bySlope] = newtonStep(points, from);
  const before = loss(points, from);
  for (let scale = 1; scale > EDGE; scale /= 2) {
    const next = { intercept: from.intercept - scale * byIntercept, slope: from.slope - scale * bySlope };
    if (loss(points, next) < before - 1e-12) return next;
  }
  return undefined;
}

function newtonStep(points: readonly Point[], { intercept, slope }: Calibration["confidence"]): readonly [number, number] {
  let [ga, gb, haa, hab, hbb] = [RIDGE * intercept, RIDGE * (slope - 1), RIDGE, 0, RIDGE];
  for (const { x, y } of points) {
    const p = sigmoid(intercept + slope * x);
    const weight = p * (1 - p);
    ga += p - y;
    gb += (p - y) * x;
    haa += weight;
    hab += weight * x;
    hbb += weight * x * x;
  }
  const determinant = haa * hbb - hab * hab;
  return [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
}

function loss(points: readonly Point[], { intercept, slope }: Calibration["confidence"]): number {
  const pull = (RIDGE / 2) * (intercept ** 2 + (slope - 1) ** 2);
  return points.reduce((sum, { x, y }) => {
    const z = intercept + slope * x;
    // log(1 + e^z) − y·z without overflow.
    return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z;
  }, pull);
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
