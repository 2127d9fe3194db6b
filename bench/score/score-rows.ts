import { createTritonClient } from "../../inference/client/triton.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { AUTOENCODER } from "../../inference/models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "../../inference/models/isolation-forest.ts";
import { startInference } from "../../inference/start.ts";
import { float32Tensor, toFloat32 } from "../../inference/tensor.ts";
import type { Tensor } from "../../inference/tensor.ts";
import { createLogger } from "../../runtime/log.ts";
import type { Row } from "./rows.ts";

/** Rows a request: what the models take at once. */
const BATCH = 64;

export interface ScoredRow extends Row {
  readonly isolationForest: number;
  readonly autoencoder: number;
  /** Of the strangest feature. */
  readonly residual: number;
}

/** Scores rows as the product does: over the protocol, with the committed models. */
export async function scoreRows(rows: readonly Row[]): Promise<readonly ScoredRow[]> {
  const { signal } = new AbortController();
  const server = await startInference(inferenceConfigSchema.parse({}), { log: createLogger({ level: "silent" }) }, signal);
  const client = createTritonClient({ endpoint: server.endpoint });
  try {
    await client.verify([ISOLATION_FOREST, AUTOENCODER], { signal });
    const scored: ScoredRow[] = [];
    for (let start = 0; start < rows.length; start += BATCH) {
      const batch = rows.slice(start, start + BATCH);
      const input = float32Tensor("features", [batch.length, ANOMALY_FEATURES], Float32Array.from(batch.flatMap((row) => row.features)));
      const forest = valuesOf(await client.infer(ISOLATION_FOREST.name, [input], { signal }), "score");
      const reconstruction = await client.infer(AUTOENCODER.name, [input], { signal });
      const [errors, residuals] = [valuesOf(reconstruction, "error"), valuesOf(reconstruction, "residuals")];
      scored.push(
        ...batch.map((row, index) => ({
          ...row,
          isolationForest: forest[index] ?? Number.NaN,
          autoencoder: errors[index] ?? Number.NaN,
          residual: Math.max(...residuals.slice(index * ANOMALY_FEATURES, (index + 1) * ANOMALY_FEATURES)),
        })),
      );
    }
    return scored;
  } finally {
    client.close();
    await server.stop();
  }
}

function valuesOf(outputs: readonly Tensor[], name: string): readonly number[] {
  const found = outputs.find((output) => output.name === name);
  return found === undefined ? [] : [...toFloat32(found)];
}
