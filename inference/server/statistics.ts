import type { InferBatchStatistics, ModelStatistics, StatisticDuration } from "../../proto/inference/grpc_service.pb.ts";
import { createHistogram } from "./histogram.ts";
import type { Histogram, HistogramSnapshot } from "./histogram.ts";
import type { RunTimes } from "./session-message.ts";

interface Sum {
  count: number;
  ns: number;
}

/** Why a request got an error instead of outputs, in Triton's words. */
export type FailureReason = "rejected" | "canceled" | "backend";

/** Counters of one version of a model, in Triton's terms. */
export interface StatisticsRecorder {
  /** One execution: its rows, the time of its parts, and of each request in it the time queued and in all. */
  executed(execution: {
    readonly rows: number;
    readonly times: RunTimes;
    readonly requests: readonly { readonly queueNs: number; readonly totalNs: number }[];
    readonly atMs: number;
  }): void;
  /** A request that had entered the queue and got an error. */
  failed(totalNs: number, reason: FailureReason): void;
  /** A request that did not fit into the queue: counted by reason, but no failure of ModelStatistics, as in Triton. */
  refused(): void;
  snapshot(name: string, version: string): ModelStatistics;
  metrics(): ModelMetrics;
}

/** What Prometheus is told; times in microseconds. */
export interface ModelMetrics {
  readonly success: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  readonly inferences: number;
  readonly executions: number;
  readonly requestUs: number;
  readonly queueUs: number;
  readonly computeInputUs: number;
  readonly computeInferUs: number;
  readonly computeOutputUs: number;
  /** By name: `queue`, `compute`, `request` in seconds, `batch_size` in rows. */
  readonly histograms: Readonly<Record<"queue" | "compute" | "request" | "batch_size", HistogramSnapshot>>;
}

const PARTS = ["success", "fail", "queue", "computeInput", "computeInfer", "computeOutput"] as const;
type Sums = Record<(typeof PARTS)[number], Sum>;

/** Bounds in seconds: from a small model on an idle machine to a queue that is too long. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128];

export function createStatistics(): StatisticsRecorder {
  return new Recorder();
}

class Recorder implements StatisticsRecorder {
  readonly #sums = Object.fromEntries(PARTS.map((part) => [part, zero()])) as Sums;
  readonly #batches = new Map<number, Parts>();
  readonly #failures = { rejected: 0, canceled: 0, backend: 0 };
  readonly #histograms: Readonly<Record<keyof ModelMetrics["histograms"], Histogram>> = {
    queue: createHistogram(SECONDS),
    compute: createHistogram(SECONDS),
    request: createHistogram(SECONDS),
    batch_size: createHistogram(ROWS),
  };
  #inferences = 0;
  #executions = 0;
  #lastMs = 0;

  executed({ rows, times, requests, atMs }: Parameters<StatisticsRecorder["executed"]>[0]): void {
    this.#inferences += rows;
    this.#executions += 1;
    this.#lastMs = atMs;
    for (const request of requests) {
      add(this.#sums.success, request.totalNs);
      add(this.#sums.queue, request.queueNs);
      addTimes(this.#sums, times);
      this.#histograms.queue.observe(request.queueNs / 1e9);
      this.#histograms.request.observe(request.totalNs / 1e9);
    }
    const batch = this.#batches.get(rows) ?? { computeInput: zero(), computeInfer: zero(), computeOutput: zero() };
    this.#batches.set(rows, batch);
    addTimes(batch, times);
    this.#histograms.compute.observe((times.inputNs + times.inferNs + times.outputNs) / 1e9);
    this.#histograms.batch_size.observe(rows);
  }

  failed(totalNs: number, reason: FailureReason): void {
    add(this.#sums.fail, totalNs);
    this.#failures[reason] += 1;
  }

  refused(): void {
    this.#failures.rejected += 1;
  }

  snapshot(name: string, version: string): ModelStatistics {
    const sums = this.#sums;
    return {
      name,
      version,
      lastInference: BigInt(Math.round(this.#lastMs)),
      inferenceCount: BigInt(this.#inferences),
      executionCount: BigInt(this.#executions),
      inferenceStats: {
        success: told(sums.success),
        fail: told(sums.fail),
        queue: told(sums.queue),
        computeInput: told(sums.computeInput),
        computeInfer: told(sums.computeInfer),
        computeOutput: told(sums.computeOutput),
        cacheHit: told(zero()),
        cacheMiss: told(zero()),
      },
      batchStats: Array.from(this.#batches, ([rows, parts]) => batchOf(rows, parts)).toSorted((a, b) => Number(a.batchSize - b.batchSize)),
      memoryUsage: [],
      responseStats: {},
    };
  }

  metrics(): ModelMetrics {
    const us = ({ ns }: Sum) => Math.round(ns / 1e3);
    const { success, queue, computeInput, computeInfer, computeOutput } = this.#sums;
    const { queue: queued, compute, request, batch_size: batchSize } = this.#histograms;
    return {
      success: success.count,
      failures: { ...this.#failures },
      inferences: this.#inferences,
      executions: this.#executions,
      requestUs: us(success),
      queueUs: us(queue),
      computeInputUs: us(computeInput),
      computeInferUs: us(computeInfer),
      computeOutputUs: us(computeOutput),
      histograms: {
        queue: queued.snapshot(),
        compute: compute.snapshot(),
        request: request.snapshot(),
        batch_size: batchSize.snapshot(),
      },
    };
  }
}

interface Parts {
  readonly computeInput: Sum;
  readonly computeInfer: Sum;
  readonly computeOutput: Sum;
}

function batchOf(rows: number, parts: Parts): InferBatchStatistics {
  return {
    batchSize: BigInt(rows),
    computeInput: told(parts.computeInput),
    computeInfer: told(parts.computeInfer),
    computeOutput: told(parts.computeOutput),
  };
}

function addTimes(parts: Parts, times: RunTimes): void {
  add(parts.computeInput, times.inputNs);
  add(parts.computeInfer, times.inferNs);
  add(parts.computeOutput, times.outputNs);
}

function zero(): Sum {
  return { count: 0, ns: 0 };
}

function add(sum: Sum, ns: number): void {
  sum.count += 1;
  sum.ns += Math.max(0, ns);
}

function told({ count, ns }: Sum): StatisticDuration {
  return { count: BigInt(count), ns: BigInt(Math.round(ns)) };
}
