import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { PayerHubError } from "../../runtime/error.ts";
import { systemWorld, type World } from "../../runtime/world.ts";
import { type Batcher, type BatchModel, type ClosedBatch, createBatcher } from "./batcher.ts";
import { batchLimits } from "./limits.ts";
import type { RunOptions } from "./run-isolated.ts";

interface Run {
  readonly inputs: readonly number[];
  readonly options: RunOptions;
  readonly answer: PromiseWithResolvers<readonly number[]>;
}

/** A model whose executions end when the test says so. An input is its own length; its output is its double. */
function heldModel(): { readonly model: BatchModel<number, number>; readonly runs: Run[] } {
  const runs: Run[] = [];
  const run = async (inputs: readonly number[], options: RunOptions) => {
    const answer = Promise.withResolvers<readonly number[]>();
    runs.push({ inputs, options, answer });
    return await answer.promise;
  };
  return { runs, model: { name: "held", extentOf: (input) => ({ rows: 1, length: input, bytes: 8 }), run } };
}

/** Time stands still until the test moves it. */
function heldWorld(): World & { advance(ms: number): Promise<void> } {
  let nowMs = 1_000;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const sleep = async (ms: number, signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    sleepers.push({ atMs: nowMs + ms, wake: resolve });
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
    await promise;
  };
  const advance = async (ms: number) => {
    nowMs += ms;
    for (const sleeper of sleepers) if (sleeper.atMs <= nowMs) sleeper.wake();
    await turn();
  };
  return { ...systemWorld(), monotonicMs: () => nowMs, sleep, advance };
}

function rig(limits: Parameters<typeof batchLimits>[0] = {}) {
  const world = heldWorld();
  const { model, runs } = heldModel();
  const closed: ClosedBatch[] = [];
  const batcher: Batcher<number, number> = createBatcher({
    model,
    world,
    limits: batchLimits(limits),
    onBatch: (batch) => closed.push(batch),
  });
  const end = async (index: number) => {
    const run = runs[index];
    assert.ok(run);
    run.answer.resolve(run.inputs.map((input) => input * 2));
    await turn();
    await turn();
  };
  return { world, runs, closed, batcher, end };
}

const { signal } = new AbortController();

test("an input that can never run, a full queue and a stopped batcher are refused at once", async () => {
  const { batcher } = rig({ maxLength: 10, maxQueuedRows: 1 });
  await assert.rejects(batcher.submit(11, { signal }), { code: "INVALID_ARGUMENT" });
  await assert.rejects(batcher.submit(5, { signal: AbortSignal.abort() }), { code: "CANCELLED" });
  await assert.rejects(batcher.submit(5, { signal, deadlineMs: 0 }), { code: "DEADLINE_EXCEEDED" });
  const waiting = batcher.submit(5, { signal, deadlineMs: 1 });
  await assert.rejects(batcher.submit(5, { signal }), { code: "RESOURCE_EXHAUSTED" });
  void batcher.stop();
  await assert.rejects(batcher.submit(5, { signal }), { code: "UNAVAILABLE" });
  waiting.catch(() => {});
});

test("a lone request starts in the same turn of the event loop, with no timer in between", async () => {
  const { batcher, runs, end } = rig({ maxDelayMs: 1_000 });
  const answer = batcher.submit(7, { signal });
  await turn();
  assert.deepEqual(
    runs.map((run) => run.inputs),
    [[7]],
  );
  await end(0);
  assert.equal(await answer, 14);
});

test("requests of one turn run together; those that come while it runs run together next", async () => {
  const { batcher, runs, end, closed } = rig();
  const first = [10, 11, 12].map((input) => batcher.submit(input, { signal }));
  await turn();
  const second = [12, 11].map((input) => batcher.submit(input, { signal }));
  await turn();
  assert.equal(runs.length, 1);
  await end(0);
  await end(1);
  assert.deepEqual(await Promise.all([...first, ...second]), [20, 22, 24, 24, 22]);
  assert.deepEqual(
    runs.map((run) => run.options.length),
    [12, 12],
  );
  assert.deepEqual(
    closed.map(({ reason, requests, rows }) => ({ reason, requests, rows })),
    [
      { reason: "idle", requests: 3, rows: 3 },
      { reason: "idle", requests: 2, rows: 2 },
    ],
  );
});

test("a request that is cancelled while it waits never runs; one that is cancelled while it runs frees its caller", async () => {
  const { batcher, runs, end } = rig();
  const [waiting, running] = [new AbortController(), new AbortController()];
  const first = batcher.submit(10, { signal: running.signal });
  await turn();
  const second = batcher.submit(11, { signal: waiting.signal });
  waiting.abort();
  await assert.rejects(second, { code: "CANCELLED" });
  assert.equal(batcher.waitingRows, 0);
  running.abort();
  await assert.rejects(first, { code: "CANCELLED" });
  assert.equal(runs[0]?.options.signal.aborted, true);
  await turn();
  const third = batcher.submit(12, { signal });
  await turn();
  await end(1);
  assert.equal(await third, 24);
  assert.deepEqual(
    runs.map((run) => run.inputs),
    [[10], [12]],
  );
});

test("an execution goes on while one of its callers is left", async () => {
  const { batcher, runs, end } = rig();
  const leaving = new AbortController();
  const gone = batcher.submit(10, { signal: leaving.signal });
  const stays = batcher.submit(11, { signal });
  await turn();
  leaving.abort();
  await assert.rejects(gone, { code: "CANCELLED" });
  assert.equal(runs[0]?.options.signal.aborted, false);
  await end(0);
  assert.equal(await stays, 22);
});

test("deadlines end requests that wait and requests that run, and an execution gets the longest of its callers", async () => {
  const { batcher, runs, world } = rig();
  const answers = [batcher.submit(10, { signal, deadlineMs: 20 }), batcher.submit(11, { signal, deadlineMs: 50 })];
  await turn();
  const waiting = batcher.submit(12, { signal, deadlineMs: 30 });
  await turn();
  assert.equal(runs[0]?.options.deadlineMs, 50);
  const late = [...answers, waiting].map((answer) => assert.rejects(answer, { code: "DEADLINE_EXCEEDED" }));
  await world.advance(20);
  await world.advance(10);
  await world.advance(20);
  await Promise.all(late);
  assert.equal(runs.length, 1);
  assert.equal(runs[0]?.options.signal.aborted, true);
});

test("a server that hangs gives its place back after the longest execution time", async () => {
  const { batcher, runs, world, end } = rig({ maxRunMs: 100 });
  const hung = batcher.submit(10, { signal });
  await turn();
  const next = batcher.submit(11, { signal });
  await turn();
  const rejected = assert.rejects(hung, { code: "DEADLINE_EXCEEDED", message: /running model "held"/ });
  await world.advance(100);
  await rejected;
  await turn();
  assert.equal(runs.length, 2);
  await end(1);
  assert.equal(await next, 22);
});

test("stopping runs what waits and then ends", async () => {
  const { batcher, runs, end } = rig({ maxRows: 1 });
  const answers = [10, 11].map((input) => batcher.submit(input, { signal }));
  await turn();
  const stopped = batcher.stop();
  await end(0);
  await end(1);
  await stopped;
  assert.deepEqual(await Promise.all(answers), [20, 22]);
  assert.equal(runs.length, 2);
  await rig().batcher.stop();
});

function failing(fails: (inputs: readonly number[]) => PayerHubError | undefined) {
  const runs: (readonly number[])[] = [];
  const run = async (inputs: readonly number[]) => {
    runs.push(inputs);
    const error = fails(inputs);
    if (error !== undefined) throw error;
    return inputs.map((input) => input * 2);
  };
  const model: BatchModel<number, number> = { name: "failing", extentOf: () => ({ rows: 1, length: 1, bytes: 8 }), run };
  return { runs, batcher: createBatcher({ model, world: systemWorld(), limits: batchLimits({}) }) };
}

test("one bad request of 64 fails alone", async () => {
  const { runs, batcher } = failing((inputs) => (inputs.includes(40) ? new PayerHubError("INVALID_ARGUMENT", "running: bad") : undefined));
  const answers = await Promise.allSettled(Array.from({ length: 64 }, async (_, index) => await batcher.submit(index, { signal })));
  for (const [index, answer] of answers.entries()) {
    if (index === 40) assert.equal(answer.status, "rejected");
    else assert.deepEqual(answer, { status: "fulfilled", value: index * 2 });
  }
  assert.equal(runs.length, 13);
});

test("a model that fails every time costs a bounded number of executions, an outage or overload only one", async () => {
  for (const [code, executions] of [
    ["INTERNAL", 13],
    ["UNAVAILABLE", 1],
    ["RESOURCE_EXHAUSTED", 1],
  ] as const) {
    const { runs, batcher } = failing(() => new PayerHubError(code, "running: broken"));
    const answers = await Promise.allSettled(Array.from({ length: 64 }, async (_, index) => await batcher.submit(index, { signal })));
    assert.ok(answers.every((answer) => answer.status === "rejected" && answer.reason.code === code));
    assert.equal(runs.length, executions);
  }
});

test("a model that gives too few outputs fails its requests", async () => {
  const model: BatchModel<number, number> = { name: "short", extentOf: () => ({ rows: 1, length: 1, bytes: 8 }), run: async () => [] };
  const batcher = createBatcher({ model, world: systemWorld(), limits: batchLimits({}) });
  await assert.rejects(batcher.submit(1, { signal }), { code: "INTERNAL", message: /it gave 0 outputs for 1 inputs/ });
});
