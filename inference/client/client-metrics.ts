import type { Code } from "../../runtime/error.ts";
import type { Telemetry } from "../../runtime/telemetry.ts";
import { createBoundedLabel } from "../bounded-label.ts";
import type { Pod, PodState } from "./pod.ts";
import type { ShadowComparison, ShadowCounts } from "./shadow-client.ts";

/** Models that have a label of their own; a product has five. */
const MAX_MODELS = 32;
/** Seconds. */
const TIMES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
/** Largest distance of two outputs: what sums in another order give, what FP16 gives, what is another answer. */
const DISTANCES = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];
const POD_STATES: readonly PodState[] = ["joining", "ready", "lost", "refused"];

/** What is read when somebody collects. */
export interface ClientState {
  readonly pods?: (() => readonly Pick<Pod, "state">[]) | undefined;
  readonly shadow?: (() => ShadowCounts) | undefined;
}

/** Instruments of a client of model servers. Their names and meanings stand in docs/metrics.md. */
export interface ClientMetrics {
  begin(bytes: number): void;
  /** A call ended; `code` of its error, or "OK". */
  end(call: { readonly model: string; readonly code: Code | "OK"; readonly bytes: number; readonly tookMs: number }): void;
  /** A second pod was asked beside the first, or answered before it. */
  hedged(outcome: "sent" | "won"): void;
  /** A call goes to another pod because the first was lost or overloaded. */
  retried(reason: "lost" | "overload"): void;
  compared(comparison: ShadowComparison): void;
  /** Lets collections read a state until the gift is called. */
  observe(state: ClientState): () => void;
}

export function createClientMetrics(meter: Telemetry["meter"]): ClientMetrics {
  const label = createBoundedLabel(MAX_MODELS);
  const named = (name: string) => `payerhub.inference.client.${name}`;
  const calls = meter.createCounter(named("calls"), { unit: "{call}" });
  const duration = meter.createHistogram(named("duration"), { unit: "s", advice: { explicitBucketBoundaries: TIMES } });
  const inFlight = meter.createUpDownCounter(named("in_flight"), { unit: "{call}" });
  const inFlightBytes = meter.createUpDownCounter(named("in_flight_bytes"), { unit: "By" });
  const hedges = meter.createCounter(named("hedges"), { unit: "{call}" });
  const retries = meter.createCounter(named("retries"), { unit: "{call}" });
  const difference = meter.createHistogram(named("shadow_difference"), { unit: "1", advice: { explicitBucketBoundaries: DISTANCES } });
  return {
    begin: (bytes) => {
      inFlight.add(1);
      inFlightBytes.add(bytes);
    },
    end: ({ model, code, bytes, tookMs }) => {
      inFlight.add(-1);
      inFlightBytes.add(-bytes);
      calls.add(1, { model: label(model), code });
      if (code === "OK") duration.record(tookMs / 1_000, { model: label(model) });
    },
    hedged: (outcome) => hedges.add(1, { outcome }),
    retried: (reason) => retries.add(1, { reason }),
    compared: ({ model, maxAbsolute }) => difference.record(maxAbsolute, { model: label(model) }),
    observe: (state) => observe(meter, state),
  };
}

function observe(meter: Telemetry["meter"], { pods, shadow }: ClientState): () => void {
  const podGauge = meter.createObservableGauge("payerhub.inference.client.pods", { unit: "{pod}" });
  const copies = meter.createObservableCounter("payerhub.inference.client.shadow_copies", { unit: "{call}" });
  const tellPods: Parameters<typeof podGauge.addCallback>[0] = (result) => {
    const states = pods?.().map(({ state }) => state) ?? [];
    for (const state of POD_STATES) result.observe(states.filter((found) => found === state).length, { state });
  };
  const tellCopies: typeof tellPods = (result) => {
    for (const [outcome, count] of Object.entries(shadow?.() ?? {})) result.observe(count, { outcome });
  };
  if (pods !== undefined) podGauge.addCallback(tellPods);
  if (shadow !== undefined) copies.addCallback(tellCopies);
  return () => {
    podGauge.removeCallback(tellPods);
    copies.removeCallback(tellCopies);
  };
}
