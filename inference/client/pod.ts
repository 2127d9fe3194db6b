import { PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";
import type { World } from "../../runtime/world.ts";
import type { CallOptions } from "./call-options.ts";
import { createCircuit } from "./circuit.ts";
import type { ModelContract } from "./contract.ts";
import { isConnectionLoss, isOverload } from "./failure.ts";
import type { PodLoad } from "./pick-pod.ts";
import { createPodMeter } from "./pod-meter.ts";
import type { TritonClient } from "./triton.ts";

/** Longest that a pod may take to prove itself, in milliseconds. */
const PROOF_DEADLINE_MS = 2_000;
/** First pause between two proofs, in milliseconds; it doubles up to the longest, so a pod that is back is found within it. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** A refused pod has the wrong model or version; that changes by a deployment, not by itself. */
const REFUSED_PAUSE_MS = 5_000;
/** Codes that say that the pod failed, not that the call was wrong. */
const FAILURES: ReadonlySet<Code> = new Set(["DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "UNAVAILABLE", "DATA_LOSS"]);

/** `joining` until it has proven itself, `lost` while its circuit is open, `refused` when version or signatures are wrong. */
export type PodState = "joining" | "ready" | "lost" | "refused";

/** One model server of a set: its load, its circuit, and whether it may be asked. */
export interface Pod {
  readonly load: PodLoad;
  readonly endpoint: string;
  readonly state: PodState;
  /** Why it is not ready. */
  readonly failure: PayerHubError | undefined;
  /** Runs a call that sends `bytes`; how it ends decides what further calls the pod gets. */
  run<T>(of: { readonly model: string; readonly bytes: number }, work: (client: TritonClient) => Promise<T>): Promise<T>;
  /** Checks the pod against further contracts now; refuses it when they do not fit. */
  verify(contracts: readonly ModelContract[], call: CallOptions): Promise<void>;
  /** Calls in flight may end. */
  close(): void;
}

export interface PodOptions {
  readonly endpoint: string;
  readonly client: TritonClient;
  /** What every pod must serve; asked anew for each proof. */
  readonly contracts: () => readonly ModelContract[];
  readonly onChange: () => void;
  readonly world: World;
}

/**
 * A pod takes calls once its version and signatures are right, and again after each outage: a server that went away may come
 * back with other models. The half-open probe is that proof and ModelReady of the model that was asked last.
 */
export function createPod(options: PodOptions): Pod {
  const { client, endpoint, world } = options;
  const lifetime = new AbortController();
  const [circuit, meter] = [createCircuit(), createPodMeter(world)];
  let state: PodState = "joining";
  let failure: PayerHubError | undefined;
  let tripped = Promise.withResolvers<void>();
  let lastModel: string | undefined;
  const become = (next: PodState, why: PayerHubError | undefined) => {
    [state, failure] = [next, why];
    options.onChange();
    if (next !== "ready") tripped.resolve();
  };
  const judge = (error: unknown) => {
    if (isOverload(error)) meter.overload();
    else if (error instanceof PayerHubError && FAILURES.has(error.code)) {
      if (isConnectionLoss(error) ? circuit.lost() : circuit.failed()) become("lost", error);
    }
  };
  void keepProving({
    prove: async () => await prove(options, lastModel, lifetime.signal),
    proven: async () => {
      circuit.reset();
      tripped = Promise.withResolvers<void>();
      become("ready", undefined);
      await abortable(tripped.promise, lifetime.signal, "waiting for a pod to fail").catch(() => undefined);
    },
    failed: (error) => become(refuses(error) ? "refused" : state === "joining" ? "joining" : "lost", error),
    world,
    signal: lifetime.signal,
  });
  return {
    endpoint,
    load: meter,
    get state() {
      return state;
    },
    get failure() {
      return failure;
    },
    run: async ({ model, bytes }, work) => {
      lastModel = model;
      meter.begin(bytes);
      const began = world.monotonicMs();
      let tookMs: number | undefined;
      try {
        const result = await work(client);
        circuit.succeeded();
        tookMs = world.monotonicMs() - began;
        return result;
      } catch (error) {
        judge(error);
        throw error;
      } finally {
        meter.end(bytes, tookMs);
      }
    },
    verify: async (contracts, call) => {
      await client.verify(contracts, call).catch((error: unknown) => {
        if (refuses(error)) become("refused", error);
        throw error;
      });
    },
    close: () => {
      lifetime.abort(new PayerHubError("UNAVAILABLE", `calling pod "${endpoint}": it has left the set`));
      client.close();
    },
  };
}

function refuses(error: unknown): error is PayerHubError {
  return error instanceof PayerHubError && error.code === "FAILED_PRECONDITION";
}

async function prove({ client, contracts, endpoint }: PodOptions, lastModel: string | undefined, signal: AbortSignal): Promise<void> {
  const call = { signal, deadlineMs: PROOF_DEADLINE_MS };
  await client.verify(contracts(), call);
  if (lastModel === undefined || (await client.modelReady(lastModel, call))) return;
  throw new PayerHubError("UNAVAILABLE", `probing pod "${endpoint}": model "${lastModel}" is not ready, it must be`);
}

interface Proving {
  readonly prove: () => Promise<void>;
  /** Resolves when the pod must prove itself again. */
  readonly proven: () => Promise<void>;
  readonly failed: (error: PayerHubError) => void;
  readonly world: World;
  readonly signal: AbortSignal;
}

async function keepProving({ prove: proof, proven, failed, world, signal }: Proving): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    const error = await proof().then(
      () => undefined,
      (caught: unknown) => PayerHubError.from(caught, { attempted: "probing a pod" }),
    );
    if (signal.aborted) return;
    if (error === undefined) {
      failures = 0;
      await proven();
    } else failed(error);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + world.random() / 2);
    failures += 1;
    await world.sleep(refuses(error) ? REFUSED_PAUSE_MS : pauseMs, signal).catch(() => undefined);
  }
}
