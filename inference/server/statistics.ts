import type { InferBatchStatistics, ModelStatistics, StatisticDuration } from "../../proto/inference/grpc_service.pb.ts";
import type { RunTimes } from "./session-message.ts";

interface Sum {
  count: bigint;
  ns: bigint;
}

/** Counters of one version of a model, in Triton's terms. */
export interface StatisticsRecorder {
  /** One execution: its rows, the time of its parts, and of each request in it the time queued and in all. */
  executed(execution: {
    readonly rows: number;
    readonly times: RunTimes;
    readonly requests: readonly { readonly queueNs: number; readonly totalNs: number }[];
    readonly atMs: number;
  }): void;
  /** A request that got an error instead of outputs, whatever the reason. */
  failed(totalNs: number): void;
  snapshot(name: string, version: string): ModelStatistics;
}

const PARTS = ["success", "fail", "queue", "computeInput", "computeInfer", "computeOutput"] as const;

export function createStatistics(): StatisticsRecorder {
  const sums = Object.fromEntries(PARTS.map((part) => [part, zero()])) as Record<(typeof PARTS)[number], Sum>;
  const batches = new Map<number, { readonly computeInput: Sum; readonly computeInfer: Sum; readonly computeOutput: Sum }>();
  let inferences = 0n;
  let executions = 0n;
  let lastMs = 0;
  return {
    executed: ({ rows, times, requests, atMs }) => {
      inferences += BigInt(rows);
      executions += 1n;
      lastMs = atMs;
      for (const request of requests) {
        add(sums.success, request.totalNs);
        add(sums.queue, request.queueNs);
        addTimes(sums, times);
      }
      const batch = batches.get(rows) ?? { computeInput: zero(), computeInfer: zero(), computeOutput: zero() };
      batches.set(rows, batch);
      addTimes(batch, times);
    },
    failed: (totalNs) => add(sums.fail, totalNs),
    snapshot: (name, version) => ({
      name,
      version,
      lastInference: BigInt(Math.round(lastMs)),
      inferenceCount: inferences,
      executionCount: executions,
      inferenceStats: {
        success: copy(sums.success),
        fail: copy(sums.fail),
        queue: copy(sums.queue),
        computeInput: copy(sums.computeInput),
        computeInfer: copy(sums.computeInfer),
        computeOutput: copy(sums.computeOutput),
        cacheHit: copy(zero()),
        cacheMiss: copy(zero()),
      },
      batchStats: Array.from(batches, ([rows, parts]) => batchOf(rows, parts)).toSorted((a, b) => Number(a.batchSize - b.batchSize)),
      memoryUsage: [],
      responseStats: {},
    }),
  };
}

interface Parts {
  readonly computeInput: Sum;
  readonly computeInfer: Sum;
  readonly computeOutput: Sum;
}

function batchOf(rows: number, parts: Parts): InferBatchStatistics {
  return {
    batchSize: BigInt(rows),
    computeInput: copy(parts.computeInput),
    computeInfer: copy(parts.computeInfer),
    computeOutput: copy(parts.computeOutput),
  };
}

function addTimes(parts: Parts, times: RunTimes): void {
  add(parts.computeInput, times.inputNs);
  add(parts.computeInfer, times.inferNs);
  add(parts.computeOutput, times.outputNs);
}

function zero(): Sum {
  return { count: 0n, ns: 0n };
}

function add(sum: Sum, ns: number): void {
  sum.count += 1n;
  sum.ns += BigInt(Math.max(0, Math.round(ns)));
}

function copy(sum: Sum): StatisticDuration {
  return { count: sum.count, ns: sum.ns };
}
