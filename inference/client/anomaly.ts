import { PayerHubError } from "../../runtime/error.ts";
import { AUTOENCODER } from "../models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "../models/isolation-forest.ts";
import { float32Tensor, toFloat32 } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import type { InferenceClient } from "./triton.ts";

/** Both models answer within milliseconds; this leaves room for a busy machine. */
const SCORE_DEADLINE_MS = 5_000;

/** What the two models say of one document. All numbers are finite. */
export interface AnomalyScores {
  /** 0..1, higher is stranger. */
  readonly isolationForest: number;
  /** Mean squared error of the standardized features, ≥ 0. */
  readonly autoencoder: number;
  /** Squared error by feature, in the features' order. */
  readonly residuals: readonly number[];
}

export interface AnomalyScorer {
  /** Number of features that `score` takes. */
  readonly features: number;
  /**
   * Rejects with a retryable error while the models cannot be reached, FAILED_PRECONDITION when they are not the ones this
   * code was built for, UNAVAILABLE when an answer is no finite number: never with an invented score. A canary splits by
   * `stickyKey`, for example the document's id.
   */
  score(features: Float32Array, signal: AbortSignal, stickyKey?: string): Promise<AnomalyScores>;
}

/** Scores over a model server. The server's version and signatures are checked before the first score and after an outage. */
export function createAnomalyScorer(client: InferenceClient): AnomalyScorer {
  let verified: Promise<void> | undefined;
  const verify = async (signal: AbortSignal) => {
    verified ??= client.verify([ISOLATION_FOREST, AUTOENCODER], { signal, deadlineMs: SCORE_DEADLINE_MS });
    await verified;
  };
  return {
    features: ANOMALY_FEATURES,
    score: async (features, signal, stickyKey) => {
      const input = float32Tensor("features", [1, ANOMALY_FEATURES], features);
      const call = { signal, deadlineMs: SCORE_DEADLINE_MS, ...(stickyKey === undefined ? {} : { stickyKey }) };
      try {
        await verify(signal);
        const [forest, reconstruction] = await Promise.all([
          client.infer(ISOLATION_FOREST.name, [input], call),
          client.infer(AUTOENCODER.name, [input], call),
        ]);
        return {
          isolationForest: one(forest, "score"),
          autoencoder: one(reconstruction, "error"),
          residuals: numbers(reconstruction, "residuals", ANOMALY_FEATURES),
        };
      } catch (error) {
        // A server that went away may come back with other models.
        verified = undefined;
        throw error;
      }
    },
  };
}

function one(outputs: readonly Tensor[], name: string): number {
  return numbers(outputs, name, 1)[0] ?? Number.NaN;
}

function numbers(outputs: readonly Tensor[], name: string, count: number): readonly number[] {
  const tensor = outputs.find((output) => output.name === name);
  const values = tensor === undefined ? [] : [...toFloat32(tensor)];
  if (values.length !== count || !values.every((value) => Number.isFinite(value) && value >= 0)) {
    throw new PayerHubError(
      "UNAVAILABLE",
      `scoring a document: output "${name}" has ${values.length} values or one that is no finite number, it must have ${count} from 0 up`,
    );
  }
  return values;
}
