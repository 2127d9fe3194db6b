import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import type { Tensor } from "../tensor.ts";
import { outputDifference } from "./output-difference.ts";
import type { OutputDifference } from "./output-difference.ts";
import type { InferOptions } from "./infer-message.ts";
import type { InferenceClient } from "./triton.ts";

/** Longest that a copy may take, in milliseconds: nobody waits for it. */
const COPY_DEADLINE_MS = 30_000;
/** Request bytes that copies may hold at once. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

export interface ShadowOptions {
  /** Where copies run. */
  readonly on: InferenceClient;
  /** Models whose calls are copied, with the model and version that the copy asks, and the share of calls that are copied, 0..1. */
  readonly models: Readonly<Record<string, { readonly model: string; readonly version?: string; readonly share: number }>>;
  readonly maxBytes?: number;
  /** Takes every comparison; must not throw. */
  readonly onCompared: (comparison: ShadowComparison) => void;
  readonly world: World;
}

/** One call that both answered. */
export interface ShadowComparison extends OutputDifference {
  readonly model: string;
  /** How long each took, in milliseconds. */
  readonly primaryMs: number;
  readonly shadowMs: number;
}

/** What became of the calls that were to be copied. */
export interface ShadowCounts {
  readonly compared: number;
  /** Not copied, because copies held too many bytes. */
  readonly dropped: number;
  /** The copy failed, or its answer could not be read. */
  readonly failed: number;
}

export interface ShadowClient extends InferenceClient {
  counts(): ShadowCounts;
  /** Ends the copies that are under way. Not the clients. */
  close(): void;
}

/**
 * Answers from `client` and sends copies of some calls to another model, to see what it would have said. Copies never change
 * an answer, delay one, or fail one; above the byte cap they are left out. The inputs of a copied call are copied, because
 * they are the caller's own again when its call has ended.
 */
export function createShadowClient(client: InferenceClient, options: ShadowOptions): ShadowClient {
  const { world, maxBytes = DEFAULT_MAX_BYTES } = options;
  for (const [model, { share }] of Object.entries(options.models)) {
    if (!(share >= 0 && share <= 1))
      throw new PayerHubError("INVALID_ARGUMENT", `shadowing model "${model}": its share is ${share}, it must be 0 to 1`);
  }
  const lifetime = new AbortController();
  let [held, compared, dropped, failed] = [0, 0, 0, 0];
  const timed = async (on: InferenceClient, model: string, inputs: readonly Tensor[], call: InferOptions): Promise<Timed> => {
    const began = world.monotonicMs();
    return { outputs: await on.infer(model, inputs, call), ms: world.monotonicMs() - began };
  };
  const compare = (model: string, primary: Timed, shadow: Timed) => {
    const difference = outputDifference(primary.outputs, shadow.outputs);
    compared += 1;
    options.onCompared({ model, primaryMs: primary.ms, shadowMs: shadow.ms, ...difference });
  };
  const copyFor = (model: string, inputs: readonly Tensor[]) => {
    const to = Object.hasOwn(options.models, model) ? options.models[model] : undefined;
    if (to === undefined || lifetime.signal.aborted || world.random() >= to.share) return undefined;
    const bytes = inputs.reduce((sum, { data }) => sum + data.byteLength, 0);
    if (held + bytes > maxBytes) {
      dropped += 1;
      return undefined;
    }
    held += bytes;
    return { to, bytes, inputs: inputs.map((tensor) => ({ ...tensor, data: new Uint8Array(tensor.data) })) };
  };
  return {
    infer: async (model, inputs, call) => {
      const copy = copyFor(model, inputs);
      if (copy === undefined) return await client.infer(model, inputs, call);
      const primary = timed(client, model, inputs, call);
      const version = copy.to.version === undefined ? {} : { version: copy.to.version };
      const outputs = call.outputs === undefined ? {} : { outputs: call.outputs };
      const own = { signal: lifetime.signal, deadlineMs: COPY_DEADLINE_MS, ...version, ...outputs };
      void Promise.all([primary, timed(options.on, copy.to.model, copy.inputs, own)])
        .then(([answered, shadowed]) => compare(model, answered, shadowed))
        .catch(() => (failed += 1))
        .finally(() => (held -= copy.bytes));
      return (await primary).outputs;
    },
    verify: async (contracts, call) => await client.verify(contracts, call),
    counts: () => ({ compared, dropped, failed }),
    close: () => lifetime.abort(new PayerHubError("CANCELLED", "copying a call: the shadow has ended")),
  };
}

interface Timed {
  readonly outputs: readonly Tensor[];
  readonly ms: number;
}
