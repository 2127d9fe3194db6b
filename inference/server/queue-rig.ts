import type { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { systemWorld } from "../../runtime/world.ts";
import { float32Tensor } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { readModelConfig } from "./model-config.ts";
import { createModelQueue } from "./queue.ts";
import type { RunResult, Session } from "./session.ts";
import { createStatistics } from "./statistics.ts";
import type { CheckedRequest } from "./validate.ts";

const TENSORS = 'input { name: "x" data_type: TYPE_FP32 dims: [1] } output { name: "x" data_type: TYPE_FP32 dims: [1] }';

/** A session that answers its input and only when told to, and says that its runs take `inferMs`. */
function heldSession(inferMs: number) {
  const runs: { readonly inputs: readonly Tensor[]; readonly release: (failure?: PayerHubError) => void }[] = [];
  const session: Session = {
    inputs: [],
    outputs: [],
    alive: true,
    run: async (inputs) =>
      await new Promise<RunResult>((resolve, reject) => {
        const release = (failure?: PayerHubError) =>
          failure === undefined
            ? resolve({ outputs: inputs, times: { inputNs: 0, inferNs: inferMs * 1e6, outputNs: 0 } })
            : reject(failure);
        runs.push({ inputs, release });
      }),
    close: async () => {},
  };
  return { session, runs };
}

/** A world whose monotonic clock stands still until it is moved; sleepers wake when it passes their time. */
function handWorld() {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const world: World = {
    ...systemWorld(),
    monotonicMs: () => now,
    sleep: async (ms) => await new Promise<void>((resolve) => sleepers.push({ at: now + ms, wake: resolve })),
  };
  const move = async (ms: number) => {
    now += ms;
    for (const sleeper of sleepers.filter(({ at }) => at <= now)) sleeper.wake();
    await settle();
  };
  return { world, move };
}

/** A turn of the event loop. */
export const settle = async () => await new Promise((resolve) => setImmediate(resolve));

/** A request of one row and one value. */
export const request = (value: number, timeoutMs = 0): CheckedRequest => ({
  inputs: [float32Tensor("x", [1, 1], Float32Array.from([value]))],
  outputs: ["x"],
  rows: 1,
  classes: undefined,
  bytes: 4,
  timeoutMs,
  priority: 0,
});

/** A queue before one held session, or further ones behind it, on a clock that a test moves. */
export function openHeldQueue(config: string, inferMs = 1_000, further = 0) {
  const held = heldSession(inferMs);
  const others = Array.from({ length: further }, () => heldSession(inferMs));
  const hand = handWorld();
  const statistics = createStatistics();
  const queue = createModelQueue({
    config: readModelConfig(`${config} ${TENSORS}`, "m"),
    sessions: [held, ...others].map(({ session }) => session),
    statistics,
    world: hand.world,
  });
  return { ...held, ...hand, others, queue, counts: () => statistics.snapshot("m", "1") };
}
