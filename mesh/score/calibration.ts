import { readFileSync } from "node:fs";
import { z } from "zod";

const model = z.strictObject({
  /** Scores above it are anomalies. */
  threshold: z.number().positive(),
  /** The quantile of normal documents that the threshold is. */
  quantile: z.number().min(0.5).max(1),
});

const schema = z.strictObject({
  /** ISO date on which the figures were made. */
  madeOn: z.string(),
  /** What the figures were made from. */
  data: z.string(),
  isolationForest: model,
  autoencoder: model,
  /** Of the autoencoder's residual of one feature: the mean over all features hides one that stands alone. */
  residual: model,
  /** Probability that all fields are right = 1 ÷ (1 + exp(−(intercept + slope × log-odds of the product of probabilities))). */
  confidence: z.strictObject({ intercept: z.number(), slope: z.number().positive() }),
});

export type Calibration = z.infer<typeof schema>;

/** Reads the figures that belong to the committed models. Synchronous; call it once. */
export function loadCalibration(): Calibration {
  return schema.parse(JSON.parse(readFileSync(new URL("./data/calibration.json", import.meta.url), "utf8")));
}
