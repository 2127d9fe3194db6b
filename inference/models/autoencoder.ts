import type { ModelContract } from "../client/contract.ts";
import { ANOMALY_FEATURES } from "./isolation-forest.ts";

/** Autoencoder: mean squared reconstruction error of the standardized features, and each feature's own squared error. */
export const AUTOENCODER: ModelContract = {
  name: "autoencoder",
  inputs: [{ name: "features", datatype: "FP32", shape: [-1, ANOMALY_FEATURES] }],
  outputs: [
    { name: "error", datatype: "FP32", shape: [-1, 1] },
    { name: "residuals", datatype: "FP32", shape: [-1, ANOMALY_FEATURES] },
  ],
};
