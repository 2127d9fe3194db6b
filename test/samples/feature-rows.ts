import { ANOMALY_FEATURES } from "../../inference/models/isolation-forest.ts";

/** Rows of features that are all different, from a seed: values of -1 to 3. */
export function featureRows(seed: number, count: number): readonly Float32Array[] {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => Float32Array.from({ length: ANOMALY_FEATURES }, () => next() * 4 - 1));
}
