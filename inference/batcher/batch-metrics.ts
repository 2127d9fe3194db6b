import type { Code } from "../../runtime/error.ts";
import type { Telemetry } from "../../runtime/telemetry.ts";
import type { ClosedBatch } from "./batcher.ts";

/** Rows and requests of one execution; powers of two up to what Triton's configurations of this product allow. */
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128];
/** Share of padded tokens that are padding: the bound is 0.2, the most of one batch 0.5. */
const SHARES = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5];
/** Seconds. */
const TIMES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What a batcher tells its metrics; both are taken by `createBatcher` as they are. */
export interface BatchMetrics {
  readonly onBatch: (batch: ClosedBatch) => void;
  readonly onRejected: (code: Code) => void;
}

/** Instruments of the batcher of one model, which is their label. Their names and meanings stand in docs/metrics.md. */
export function createBatchMetrics(meter: Telemetry["meter"], model: string): BatchMetrics {
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`payerhub.inference.batch.${name}`, { unit, advice: { explicitBucketBoundaries } });
  const requests = histogram("requests", "{request}", COUNTS);
  const rows = histogram("rows", "{row}", COUNTS);
  const padding = histogram("padding", "1", SHARES);
  const wait = histogram("wait", "s", TIMES);
  const run = histogram("run", "s", TIMES);
  const closed = meter.createCounter("payerhub.inference.batch.closed", { unit: "{batch}" });
  const rejected = meter.createCounter("payerhub.inference.batch.rejected", { unit: "{request}" });
  return {
    onBatch: (batch) => {
      requests.record(batch.requests, { model });
      rows.record(batch.rows, { model });
      // A model without tokens has none to pad.
      if (batch.paddedTokens > 0) padding.record(1 - batch.realTokens / batch.paddedTokens, { model });
      wait.record(batch.waitMs / 1_000, { model });
      run.record(batch.runMs / 1_000, { model });
      closed.add(1, { model, reason: batch.reason });
    },
    onRejected: (code) => rejected.add(1, { model, code }),
  };
}
