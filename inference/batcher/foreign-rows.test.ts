import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { PayerHubError } from "../../runtime/error.ts";
import { systemWorld } from "../../runtime/world.ts";
import type { ModelContract } from "../client/contract.ts";
import type { Tensor } from "../tensor.ts";
import { type ClosedBatch, createBatcher } from "./batcher.ts";
import { batchLimits } from "./limits.ts";
import { createTensorModel } from "./tensor-model.ts";

const REQUESTS = 100_000;
const CALLERS = 200;
const CONTRACT: ModelContract = {
  name: "echo",
  inputs: [{ name: "ids", datatype: "INT32", shape: [-1, -1] }],
  outputs: [
    { name: "echo", datatype: "INT32", shape: [-1, -1] },
    { name: "first", datatype: "INT32", shape: [-1, 1] },
  ],
};

/** Numerical Recipes' linear congruential generator: the run is the same every time. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function tensor(name: string, shape: readonly number[], values: Int32Array): Tensor {
  return { name, datatype: "INT32", shape, data: new Uint8Array(values.buffer) };
}

function valuesOf(given: Tensor | undefined): Int32Array {
  assert.ok(given);
  return new Int32Array(Uint8Array.from(given.data).buffer);
}

/** Answers after a random number of turns, so that executions overtake each other; fails one in fifty. */
async function infer(inputs: readonly Tensor[], random: (below: number) => number): Promise<readonly Tensor[]> {
  const [ids] = inputs;
  const [rows = 0, length = 0] = ids?.shape ?? [];
  const values = valuesOf(ids);
  for (let turns = random(4); turns > 0; turns -= 1) await turn();
  if (random(50) === 0) throw new PayerHubError(random(2) === 0 ? "UNAVAILABLE" : "INTERNAL", "inferring: it was to fail");
  const first = Int32Array.from({ length: rows }, (_, row) => values[row * length] ?? 0);
  return [tensor("first", [rows, 1], first), tensor("echo", [rows, length], values)];
}

test(`${REQUESTS} random requests get no row of another, beside failures and callers that leave`, async () => {
  const random = seeded(41);
  const batches: ClosedBatch[] = [];
  const model = createTensorModel({ contract: CONTRACT, infer: async (inputs) => await infer(inputs, random) });
  const limits = batchLimits({ maxRows: 32, maxTokens: 2_048, maxLength: 128, executions: 3, maxDelayMs: 0 });
  const batcher = createBatcher({ model, world: systemWorld(), limits, onBatch: (batch) => batches.push(batch) });
  const outcomes = { own: 0, failed: 0 };
  let next = 0;
  const request = async (id: number) => {
    const [rows, length] = [1 + random(3), 1 + random(128)];
    const values = Int32Array.from({ length: rows * length }, (_, index) => id * 512 + index);
    const caller = new AbortController();
    if (random(20) === 0) setImmediate(() => caller.abort());
    const answer = batcher.submit([tensor("ids", [rows, length], values)], { signal: caller.signal });
    const outputs = await answer.catch(() => undefined);
    outcomes[outputs === undefined ? "failed" : "own"] += 1;
    if (outputs === undefined) return;
    const [echo, first] = outputs;
    assert.deepEqual(
      [echo?.shape, first?.shape],
      [
        [rows, length],
        [rows, 1],
      ],
    );
    assert.deepEqual(Buffer.from(echo?.data ?? []).equals(Buffer.from(values.buffer)), true);
    assert.deepEqual(
      valuesOf(first),
      Int32Array.from({ length: rows }, (_, row) => id * 512 + row * length),
    );
  };
  const caller = async () => {
    for (let id = next++; id < REQUESTS; id = next++) await request(id);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  await batcher.stop();
  assert.equal(outcomes.own + outcomes.failed, REQUESTS);
  assert.ok(outcomes.own > REQUESTS * 0.9);
  const real = batches.reduce((sum, batch) => sum + batch.realTokens, 0);
  assert.ok(batches.reduce((sum, batch) => sum + batch.paddedTokens, 0) <= 1.25 * real);
});
