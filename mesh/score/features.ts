import type { Evidence } from "./evidence.ts";
import type { Feature } from "./feature.ts";
import { MONEY_FEATURES } from "./features-money.ts";
import { READING_FEATURES } from "./features-reading.ts";
import { SERVICE_FEATURES } from "./features-service.ts";

/** The features in the order in which the models were trained on them; a change of it needs new models. */
export const FEATURES: readonly Feature[] = [...READING_FEATURES, ...MONEY_FEATURES, ...SERVICE_FEATURES];

export const FEATURE_NAMES: readonly string[] = FEATURES.map((feature) => feature.name);

/** One finite number a feature, within its range; what the document lacks is the feature's neutral value. */
export function extractFeatures(evidence: Evidence): Float32Array {
  return Float32Array.from(FEATURES, ({ of, low, high, neutral }) => {
    const value = of(evidence);
    return value === undefined || !Number.isFinite(value) ? neutral : Math.min(high, Math.max(low, value));
  });
}
