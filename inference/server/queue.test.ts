import assert from "node:assert/strict";
import { it } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import { systemWorld } from "../../runtime/world.ts";
import { float32Tensor, toFloat32 } from "../tensor.ts";
import type { Tensor } from "../tensor.ts";
import { readModelConfig } from "./model-config.ts";
import { createModelQueue } from "./queue.ts";
import type { RunResult, Session } from "./session.ts";
import { createStatistics } from "./statistics.ts";
import type { CheckedRequest } from "./validate.ts";

const TENSORS = 'input { name: "x" data_type: TYPE_FP32 dims: [1] } output { name: "x" data_type: TYPE_FP32 dims: [1] }';
const { signal } = new AbortController();

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

const settle = async () => await new Promise((resolve) => setImmediate(resolve));

const request = (value: number, timeoutMs = 0): CheckedRequest => ({
  inputs: [float32Tensor("x", [1, 1], Float32Array.from([value]))],
  outputs: ["x"],
  rows: 1,
  classes: undefined,
  bytes: 4,
  timeoutMs,
  priority: 0,
});

function open(config: string, inferMs = 1_000) {
  const held = heldSession(inferMs);
  const hand = handWorld();
  const statistics = createStatistics();
  const queue = createModelQueue({
    config: readModelConfig(`${config} ${TENSORS}`, "m"),
    sessions: [held.session],
    statistics,
    world: hand.world,
  });
  return { ...held, ...hand, queue, counts: () => statistics.snapshot("m", "1") };
}

const LIMITED =
  "max_batch_size: 8 dynamic_batching { default_queue_policy { max_queue_size: 2 allow_timeout_override: true default_timeout_microseconds: 100000 } }";

it("createModelQueue: joins what waited while the session was busy, in order", async () => {
  const { queue, runs, counts } = open("max_batch_size: 8 dynamic_batching { }");
  const answers = [1, 2, 3].map(async (value) => await queue.submit(request(value), signal));
  await settle();
  assert.deepEqual(
    runs.map(({ inputs }) => inputs[0]?.shape[0]),
    [1],
  );
  runs[0]?.release();
  await settle();
  assert.deepEqual(
    runs.map(({ inputs }) => inputs[0]?.shape[0]),
    [1, 2],
  );
  runs[1]?.release();
  const values = (await Promise.all(answers)).flatMap((outputs) => outputs.flatMap((output) => [...toFloat32(output)]));
  assert.deepEqual(values, [1, 2, 3]);
  const { inferenceCount, executionCount, inferenceStats, batchStats } = counts();
  assert.deepEqual([inferenceCount, executionCount, inferenceStats?.success?.count], [3n, 2n, 3n]);
  assert.deepEqual(
    batchStats.map(({ batchSize, computeInfer }) => [batchSize, computeInfer?.count]),
    [
      [1n, 1n],
      [2n, 1n],
    ],
  );
});

it("createModelQueue: runs one request an execution when the model does not batch", async () => {
  const { queue, runs } = open("max_batch_size: 8");
  const answers = [1, 2].map(async (value) => await queue.submit(request(value), signal));
  await settle();
  runs[0]?.release();
  await settle();
  assert.equal(runs[1]?.inputs[0]?.shape[0], 1);
  runs[1]?.release();
  await Promise.all(answers);
});

it("createModelQueue: waits for a fuller batch no longer than its delay", async () => {
  const { queue, runs, move } = open("max_batch_size: 8 dynamic_batching { max_queue_delay_microseconds: 5000 }");
  const first = queue.submit(request(1), signal);
  await move(3);
  const second = queue.submit(request(2), signal);
  await settle();
  assert.equal(runs.length, 0);
  await move(2);
  assert.equal(runs[0]?.inputs[0]?.shape[0], 2);
  runs[0]?.release();
  await Promise.all([first, second]);
});

it("createModelQueue: never joins more rows than the model takes", async () => {
  const { queue, runs } = open("max_batch_size: 2 dynamic_batching { }");
  const answers = [1, 2, 3, 4].map(async (value) => await queue.submit(request(value), signal));
  for (let run = 0; run < 3; run += 1) {
    await settle();
    runs[run]?.release();
  }
  await Promise.all(answers);
  assert.deepEqual(
    runs.map(({ inputs }) => inputs[0]?.shape[0]),
    [1, 2, 1],
  );
});

it("createModelQueue: refuses when full, in Triton's words, and takes again when there is room", async () => {
  const { queue, runs, counts } = open(LIMITED);
  const accepted = [1, 2, 3].map(async (value) => await queue.submit(request(value), signal));
  await assert.rejects(queue.submit(request(4), signal), { code: "UNAVAILABLE", message: /Exceeds maximum queue size/ });
  // As in Triton: what never entered the queue is no failure of the model, but is counted by its reason.
  assert.equal(counts().inferenceStats?.fail?.count, 0n);
  runs[0]?.release();
  await settle();
  const later = queue.submit(request(5), signal);
  for (const run of [1, 2]) {
    runs[run]?.release();
    await settle();
  }
  assert.equal((await Promise.all([...accepted, later])).length, 4);
});

it("createModelQueue: drops what waited past its time", async () => {
  const { queue, runs, move } = open(LIMITED);
  const first = queue.submit(request(1, 10), signal);
  const second = queue.submit(request(2, 10), signal);
  await move(11);
  runs[0]?.release();
  await first;
  await assert.rejects(second, { code: "UNAVAILABLE", message: /Request timeout expired/ });
  assert.equal(runs.length, 1);
});

it("createModelQueue: never runs what was cancelled while it waited", async () => {
  const { queue, runs } = open(LIMITED);
  const controller = new AbortController();
  const first = queue.submit(request(1), signal);
  const second = queue.submit(request(2), controller.signal);
  controller.abort();
  await assert.rejects(second, { code: "CANCELLED" });
  assert.equal(queue.waiting, 0);
  runs[0]?.release();
  await first;
  await settle();
  assert.equal(runs.length, 1);
  await assert.rejects(queue.submit(request(3), controller.signal), { code: "CANCELLED" });
});

it("createModelQueue: passes a failure to every request of the batch and goes on", async () => {
  const { queue, runs, counts } = open(LIMITED);
  const answers = [1, 2, 3].map(async (value) => await queue.submit(request(value), signal));
  runs[0]?.release();
  await settle();
  runs[1]?.release(new PayerHubError("INTERNAL", "running a model: it failed"));
  const results = await Promise.allSettled(answers);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.equal(counts().inferenceStats?.fail?.count, 2n);
  const next = queue.submit(request(4), signal);
  await settle();
  runs[2]?.release();
  assert.equal((await next).length, 1);
});

it("createModelQueue: drains: accepted requests end, new ones are refused", async () => {
  const { queue, runs } = open(LIMITED);
  const answers = [1, 2].map(async (value) => await queue.submit(request(value), signal));
  let drained = false;
  const drain = queue.drain().then(() => {
    drained = true;
  });
  await assert.rejects(queue.submit(request(3), signal), { code: "UNAVAILABLE", message: /being unloaded/ });
  runs[0]?.release();
  await settle();
  assert.equal(drained, false);
  runs[1]?.release();
  await drain;
  assert.equal((await Promise.all(answers)).length, 2);
});

it("createModelQueue: a request may shorten the default time, never lengthen it", async () => {
  const { queue, runs, move } = open(LIMITED);
  const first = queue.submit(request(1), signal);
  const second = queue.submit(request(2, 5_000), signal);
  await move(101);
  runs[0]?.release();
  await first;
  await assert.rejects(second, { code: "UNAVAILABLE", message: /Request timeout expired/ });
});

it("createModelQueue: runs what is more urgent first, and what names no level at the default one", async () => {
  const { queue, runs } = open("max_batch_size: 1 dynamic_batching { priority_levels: 3 default_priority_level: 2 }");
  const answers = [0, 3, 0, 1, 9].map(async (priority, index) => await queue.submit({ ...request(index), priority }, signal));
  for (let run = 0; run < 5; run += 1) {
    await settle();
    runs[run]?.release();
  }
  await Promise.all(answers);
  assert.deepEqual(
    runs.map(({ inputs }) => inputs.flatMap((input) => [...toFloat32(input)])[0]),
    [0, 3, 2, 4, 1],
  );
});

it("createModelQueue: puts what waited too long behind the others when the policy delays", async () => {
  const { queue, runs, move } = open(
    "max_batch_size: 1 dynamic_batching { default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 10000 } }",
  );
  const answers = [queue.submit(request(1), signal), queue.submit(request(2), signal)];
  await move(11);
  answers.push(queue.submit(request(3), signal));
  for (let run = 0; run < 3; run += 1) {
    await settle();
    runs[run]?.release();
  }
  await Promise.all(answers);
  assert.deepEqual(
    runs.map(({ inputs }) => inputs.flatMap((input) => [...toFloat32(input)])[0]),
    [1, 3, 2],
  );
});

it("createModelQueue: does not wait longer once a preferred size is reached", async () => {
  const { queue, runs } = open("max_batch_size: 8 dynamic_batching { preferred_batch_size: [2] max_queue_delay_microseconds: 500000 }");
  const answers = [1, 2].map(async (value) => await queue.submit(request(value), signal));
  await settle();
  assert.equal(runs[0]?.inputs[0]?.shape[0], 2);
  runs[0]?.release();
  await Promise.all(answers);
});

it("createModelQueue: a model of short runs has five milliseconds of them ahead, one of long runs none", async () => {
  for (const [inferMs, given] of [
    [0.8, 7],
    [2, 3],
    [4.9, 2],
    [0.001, 9],
    [5.1, 1],
    [400, 1],
  ] as const) {
    const { queue, runs } = open("max_batch_size: 0", inferMs);
    const first = queue.submit(request(0), signal);
    const others = Array.from({ length: 12 }, async (_, index) => await queue.submit(request(index + 1), signal));
    assert.equal(runs.length, 1, "before the first run has ended its length is not known");
    runs[0]?.release();
    await first;
    await settle();
    assert.deepEqual([runs.length - 1, queue.waiting], [given, 12 - given], `runs of ${inferMs} ms`);
    for (let index = 1; index < 13; index += 1) {
      runs[index]?.release();
      await settle();
    }
    const answers = await Promise.all(others);
    assert.deepEqual(
      answers.map(([output]) => [...toFloat32(output ?? assert.fail())]),
      Array.from({ length: 12 }, (_, index) => [index + 1]),
    );
    await queue.drain();
  }
});

it("createModelQueue: a batch that others may still join is not given ahead, one that is full is", async () => {
  const { queue, runs } = open("max_batch_size: 2 dynamic_batching { }", 0.1);
  const submit = async (value: number) => await queue.submit(request(value), signal);
  const first = submit(0);
  runs[0]?.release();
  await first;
  const calls = [submit(1), submit(2)];
  assert.deepEqual([runs.length, queue.waiting], [2, 1]);
  calls.push(submit(3));
  assert.deepEqual([runs.length, queue.waiting], [3, 0]);
  for (const run of runs.slice(1)) run.release();
  await Promise.all(calls);
  await queue.drain();
});

it("createModelQueue: drains only when what was given ahead has ended, and a failure ahead fails its own request alone", async () => {
  const { queue, runs } = open("max_batch_size: 0", 1);
  const first = queue.submit(request(0), signal);
  runs[0]?.release();
  await first;
  const calls = [1, 2, 3].map(async (value) => await queue.submit(request(value), signal));
  assert.equal(runs.length, 4);
  let drained = false;
  const drain = queue.drain().then(() => (drained = true));
  runs[1]?.release();
  runs[2]?.release(new PayerHubError("INTERNAL", "running a model: no"));
  await Promise.allSettled(calls.slice(0, 2));
  await settle();
  assert.equal(drained, false);
  runs[3]?.release();
  await drain;
  const codes = (await Promise.allSettled(calls)).map((result) => (result.status === "rejected" ? "INTERNAL" : "OK"));
  assert.deepEqual(codes, ["OK", "INTERNAL", "OK"]);
});
