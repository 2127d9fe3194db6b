/** One observation: features and whether the value was right. */
export interface Observation {
  readonly features: readonly number[];
  readonly right: boolean;
}

export interface FitOptions {
  /** Weights towards which the penalty pulls. */
  readonly prior: readonly number[];
  /** Strength of the pull, in observations. */
  readonly pull: number;
}

const STEPS = 4000;
const RATE = 0.3;

/** Logistic regression by gradient descent with momentum, pulled towards a prior. Deterministic. */
export function fitLogistic(observations: readonly Observation[], { prior, pull }: FitOptions): number[] {
  const weights = [...prior];
  const speed = weights.map(() => 0);
  const scale = 1 / (observations.length + pull);
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = weights.map((weight, at) => pull * (weight - (prior[at] ?? 0)));
    for (const { features, right } of observations) {
      const error = probability(features, weights) - (right ? 1 : 0);
      for (const [at, feature] of features.entries()) gradient[at] = (gradient[at] ?? 0) + error * feature;
    }
    for (const [at, slope] of gradient.entries()) {
      speed[at] = 0.9 * (speed[at] ?? 0) - RATE * scale * slope;
      weights[at] = (weights[at] ?? 0) + (speed[at] ?? 0);
    }
  }
  return weights;
}

export function probability(features: readonly number[], weights: readonly number[]): number {
  return 1 / (1 + Math.exp(-features.reduce((sum, feature, at) => sum + feature * (weights[at] ?? 0), 0)));
}

export interface Reliability {
  /** Expected calibration error over ten bins, 0 to 1. */
  readonly ece: number;
  readonly bins: readonly { readonly count: number; readonly stated: number; readonly right: number }[];
}

/** How well stated probabilities agree with what turned out right. */
export function reliability(pairs: readonly { readonly stated: number; readonly right: boolean }[]): Reliability {
  const bins = Array.from({ length: 10 }, (_, bin) => {
    const inside = pairs.filter(({ stated }) => Math.min(9, Math.floor(stated * 10)) === bin);
    const mean = (values: readonly number[]) => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length);
    return {
      count: inside.length,
      stated: mean(inside.map(({ stated }) => stated)),
      right: mean(inside.map(({ right }) => (right ? 1 : 0))),
    };
  });
  const ece = bins.reduce((sum, { count, stated, right }) => sum + (count / Math.max(1, pairs.length)) * Math.abs(stated - right), 0);
  return { ece, bins };
}
