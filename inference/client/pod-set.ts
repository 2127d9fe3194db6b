import { PayerHubError } from "../../runtime/error.ts";
import { withDeadline } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import type { ClientMetrics } from "./client-metrics.ts";
import { createByteLimit } from "./byte-limit.ts";
import { createCallBudget } from "./call-budget.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import { isConnectionLoss, isOverload } from "./failure.ts";
import { hedge } from "./hedge.ts";
import type { InferOptions } from "./infer-message.ts";
import { createLatencyWindow } from "./latency-window.ts";
import { pickPod } from "./pick-pod.ts";
import type { Pod } from "./pod.ts";
import { createPodRoster } from "./pod-roster.ts";
import type { InferenceClient, TritonClient } from "./triton.ts";

/** Pods that one call may be sent to, one after the other. */
const MAX_ATTEMPTS = 3;
/** Share of calls that may be sent again because a pod was overloaded: more would make the overload worse. */
const OVERLOAD_RETRY_SHARE = 0.1;
/** Extra calls that may follow each other at once after a calm time. */
const BUDGET_BURST = 10;
/** Longest that a call waits while no pod is ready, in milliseconds: a pod that restarts or is new proves itself within it. */
const WAIT_FOR_POD_MS = 1_000;
const DEFAULT_DEADLINE_MS = 10_000;
/** Request bytes in flight at once, to all pods and to one. */
const DEFAULT_MAX_IN_FLIGHT_BYTES = 512 * 1024 * 1024;
const DEFAULT_MAX_BYTES_PER_POD = 128 * 1024 * 1024;
/** Hedging beyond this makes an overload worse. */
const MAX_HEDGE_SHARE = 0.05;
/** Larger calls are not hedged: what they cost twice is more than what the wait costs. */
const HEDGE_MAX_BYTES = 64 * 1024;

export interface PodSetOptions {
  readonly source: EndpointSource;
  /** A client of one pod; the set closes it when the pod leaves. */
  readonly open: (endpoint: string) => TritonClient;
  readonly world: World;
  readonly deadlineMs?: number;
  readonly maxInFlightBytes?: number;
  readonly maxBytesPerPod?: number;
  /** Share of calls of up to 64 KB that a second pod may be asked too when the first is slower than 95 % of calls, 0 to 0.05. */
  readonly hedgeShare?: number;
  readonly metrics?: Pick<ClientMetrics, "hedged" | "retried"> | undefined;
}

/** What is known of one pod now. */
export type PodView = Pick<Pod, "endpoint" | "state" | "failure" | "load">;

/**
 * Runs models on whichever pod is expected to answer first. A call whose pod is lost goes to another one; one that a full
 * queue refused only within a budget, and never to the same pod. Sequences are refused: their state is in one pod.
 */
export interface PodSet extends InferenceClient {
  pods(): readonly PodView[];
  /** Calls in flight may end. */
  close(): void;
}

interface SetCall {
  readonly model: string;
  readonly inputs: readonly Tensor[];
  readonly options: InferOptions;
  readonly bytes: number;
  /** Of the monotonic clock, in milliseconds. */
  readonly until: number;
}

export function createPodSet(options: PodSetOptions): PodSet {
  const { world } = options;
  const roster = createPodRoster(options);
  const limit = createByteLimit(options.maxInFlightBytes ?? DEFAULT_MAX_IN_FLIGHT_BYTES);
  const send = createSend(options, () => roster.ready());
  return {
    infer: async (model, inputs, call) => {
      if (call.parameters !== undefined && Object.hasOwn(call.parameters, "sequence_id")) {
        throw new PayerHubError("INVALID_ARGUMENT", `inferring with model "${model}": it is a sequence, a set of pods keeps none`);
      }
      let bytes = 0;
      for (const { data } of inputs) bytes += data.byteLength;
      const deadlineMs = call.deadlineMs ?? options.deadlineMs ?? DEFAULT_DEADLINE_MS;
      const setCall = { model, inputs, options: call, bytes, until: world.monotonicMs() + deadlineMs };
      return await limit(bytes, async () => {
        if (roster.ready().length === 0)
          await roster.waitForReady(withDeadline(call.signal, Math.min(WAIT_FOR_POD_MS, deadlineMs)), call.signal);
        return await send(setCall);
      });
    },
    verify: async (contracts, call) => {
      roster.demand(contracts);
      if (roster.ready().length === 0) await roster.waitForReady(withDeadline(call.signal, WAIT_FOR_POD_MS), call.signal);
      const results = await Promise.allSettled(roster.ready().map(async (pod) => await pod.verify(contracts, call)));
      const failed = results.filter((result) => result.status === "rejected");
      if (failed.length > 0 && failed.length === results.length) throw failed[0]?.reason;
    },
    pods: () => roster.all(),
    close: () => roster.close(),
  };
}

function createSend(options: PodSetOptions, ready: () => readonly Pod[]) {
  const { world, maxBytesPerPod = DEFAULT_MAX_BYTES_PER_POD, hedgeShare = 0, metrics } = options;
  if (!(hedgeShare >= 0 && hedgeShare <= MAX_HEDGE_SHARE)) {
    throw new PayerHubError("INVALID_ARGUMENT", `hedging "${hedgeShare}" of the calls: it must be 0 to ${MAX_HEDGE_SHARE}`);
  }
  const retries = createCallBudget(OVERLOAD_RETRY_SHARE, BUDGET_BURST);
  const hedges = createCallBudget(hedgeShare, BUDGET_BURST);
  const latencies = createLatencyWindow();
  const pick = (call: SetCall, tried: ReadonlySet<Pod>) => {
    const others = ready().filter((pod) => !tried.has(pod));
    return pickPod(others, { bytes: call.bytes, maxBytesPerPod, random: world.random() });
  };
  const ask = (pod: Pod, call: SetCall) => async (signal: AbortSignal) => {
    const began = world.monotonicMs();
    const outputs = await pod.run(call, async (client) =>
      client.infer(call.model, call.inputs, { ...call.options, signal, deadlineMs: call.until - began }),
    );
    latencies.record(world.monotonicMs() - began);
    return outputs;
  };
  const attempt = async (pod: Pod, call: SetCall, tried: Set<Pod>) => {
    const { signal } = call.options;
    const afterMs = latencies.p95();
    hedges.earn();
    const alone = call.bytes > HEDGE_MAX_BYTES || ready().length < 2;
    if (hedgeShare === 0 || afterMs === undefined || alone) return await ask(pod, call)(signal);
    const second = () => {
      const other = pick(call, tried);
      if (other === undefined || !hedges.spend()) return undefined;
      tried.add(other);
      metrics?.hedged("sent");
      return async (within: AbortSignal) => {
        const outputs = await ask(other, call)(within);
        metrics?.hedged("won");
        return outputs;
      };
    };
    return await hedge(ask(pod, call), { afterMs, second, world, signal });
  };
  return async (call: SetCall): Promise<readonly Tensor[]> => {
    const tried = new Set<Pod>();
    retries.earn();
    for (let attempts = 1; ; attempts += 1) {
      const pod = pick(call, tried);
      if (pod === undefined) throw noRoom(call, ready().length);
      tried.add(pod);
      try {
        return await attempt(pod, call, tried);
      } catch (error) {
        const mayGoOn = isConnectionLoss(error) || (isOverload(error) && retries.spend());
        const others = ready().some((other) => !tried.has(other));
        if (attempts === MAX_ATTEMPTS || !mayGoOn || !others) throw error;
        metrics?.retried(isConnectionLoss(error) ? "lost" : "overload");
      }
    }
  };
}

function noRoom({ model, bytes }: SetCall, pods: number): PayerHubError {
  const states = pods === 0 ? "no pod is ready, one must be" : `${pods} pods have no room for its ${bytes} bytes, one must`;
  return new PayerHubError(pods === 0 ? "UNAVAILABLE" : "RESOURCE_EXHAUSTED", `inferring with model "${model}": ${states}`);
}
