import assert from "node:assert/strict";
import { it } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { toFloat32 } from "../tensor.ts";
import { openHeldQueue, request, settle } from "./queue-rig.ts";

const { signal } = new AbortController();

const LIMITED =
  "max_batch_size: 8 dynamic_batching { default_queue_policy { max_queue_size: 2 allow_timeout_override: true default_timeout_microseconds: 100000 } }";

it("createModelQueue: joins what waited while the session was busy, in order", async () => {
  const { queue, runs, counts } = openHeldQueue("max_batch_size: 8 dynamic_batching { }");
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
  const { queue, runs } = openHeldQueue("max_batch_size: 8");
  const answers = [1, 2].map(async (value) => await queue.submit(request(value), signal));
  await settle();
  runs[0]?.release();
  await settle();
  assert.equal(runs[1]?.inputs[0]?.shape[0], 1);
  runs[1]?.release();
  await Promise.all(answers);
});

it("createModelQueue: waits for a fuller batch no longer than its delay", async () => {
  const { queue, runs, move } = openHeldQueue("max_batch_size: 8 dynamic_batching { max_queue_delay_microseconds: 5000 }");
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
  const { queue, runs } = openHeldQueue("max_batch_size: 2 dynamic_batching { }");
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
  const { queue, runs, counts } = openHeldQueue(LIMITED);
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
  const { queue, runs, move } = openHeldQueue(LIMITED);
  const first = queue.submit(request(1, 10), signal);
  const second = queue.submit(request(2, 10), signal);
  await move(11);
  runs[0]?.release();
  await first;
  await assert.rejects(second, { code: "UNAVAILABLE", message: /Request timeout expired/ });
  assert.equal(runs.length, 1);
});

it("createModelQueue: never runs what was cancelled while it waited", async () => {
  const { queue, runs } = openHeldQueue(LIMITED);
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
  const { queue, runs, counts } = openHeldQueue(LIMITED);
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
  const { queue, runs } = openHeldQueue(LIMITED);
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
  const { queue, runs, move } = openHeldQueue(LIMITED);
  const first = queue.submit(request(1), signal);
  const second = queue.submit(request(2, 5_000), signal);
  await move(101);
  runs[0]?.release();
  await first;
  await assert.rejects(second, { code: "UNAVAILABLE", message: /Request timeout expired/ });
});

it("createModelQueue: runs what is more urgent first, and what names no level at the default one", async () => {
  const { queue, runs } = openHeldQueue("max_batch_size: 1 dynamic_batching { priority_levels: 3 default_priority_level: 2 }");
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
  const { queue, runs, move } = openHeldQueue(
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
  const { queue, runs } = openHeldQueue(
    "max_batch_size: 8 dynamic_batching { preferred_batch_size: [2] max_queue_delay_microseconds: 500000 }",
  );
  const answers = [1, 2].map(async (value) => await queue.submit(request(value), signal));
  await settle();
  assert.equal(runs[0]?.inputs[0]?.shape[0], 2);
  runs[0]?.release();
  await Promise.all(answers);
});
