import type { ModelContract } from "../client/contract.ts";

/** Number of features of one document; `mesh/score/features.ts` gives them their order. */
export const ANOMALY_FEATURES = 32;

/** Isolation forest: 2^(−mean path ÷ c(ψ)), higher is stranger, 0..1. */
export const ISOLATION_FOREST: ModelContract = {
  name: "isolation_forest",
  inputs: [{ name: "features", datatype: "FP32", shape: [-1, ANOMALY_FEATURES] }],
  outputs: [{ name: "score", datatype: "FP32", shape: [-1, 1] }],
};
