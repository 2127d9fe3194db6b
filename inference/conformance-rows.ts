import type { CallOptions } from "./client/call-options.ts";
import type { TritonClient } from "./client/triton.ts";
import { ANOMALY_FEATURES } from "./models/isolation-forest.ts";
import { float32Tensor, toFloat32 } from "./tensor.ts";

/** Rows that are all different, from a seed. */
export function createRows(seed: number, count: number): readonly Float32Array[] {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => Float32Array.from({ length: ANOMALY_FEATURES }, () => next() * 4 - 1));
}

/** Autoencoder errors of the rows in one request; the errors tell the rows apart. */
export async function scoresOf(client: TritonClient, rows: readonly Float32Array[], options: CallOptions): Promise<readonly number[]> {
  const values = new Float32Array(rows.length * ANOMALY_FEATURES);
  for (const [index, row] of rows.entries()) values.set(row, index * ANOMALY_FEATURES);
  const input = float32Tensor("features", [rows.length, ANOMALY_FEATURES], values);
  const outputs = await client.infer("autoencoder", [input], { ...options, outputs: ["error"] });
  return outputs.flatMap((output) => [...toFloat32(output)]);
}

/** The same, one row a request and one request at a time. */
export async function fetchScores(client: TritonClient, rows: readonly Float32Array[], options: CallOptions): Promise<readonly number[]> {
  const scores: number[] = [];
  for (const row of rows) scores.push(...(await scoresOf(client, [row], options)));
  return scores;
}
