import assert from "node:assert/strict";
import { it } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { toFloat32 } from "../tensor.ts";
import { openHeldQueue, request, settle } from "./queue-rig.ts";

const { signal } = new AbortController();

it("createModelQueue: a model of short runs has five milliseconds of them ahead, one of long runs none", async () => {
  for (const [inferMs, given] of [
    [0.8, 7],
    [2, 3],
    [4.9, 2],
    [0.001, 9],
    [5.1, 1],
    [400, 1],
  ] as const) {
    const { queue, runs } = openHeldQueue("max_batch_size: 0", inferMs);
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
  const { queue, runs } = openHeldQueue("max_batch_size: 2 dynamic_batching { }", 0.1);
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
  const { queue, runs } = openHeldQueue("max_batch_size: 0", 1);
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

it("createModelQueue: two instances answer as they end, and in the requests' order where the model asks for it", async () => {
  for (const [config, order] of [
    ["max_batch_size: 1 dynamic_batching { }", ["second", "first failed", "third"]],
    ["max_batch_size: 1 dynamic_batching { preserve_ordering: true }", ["first failed", "second", "third"]],
  ] as const) {
    const { queue, runs, others } = openHeldQueue(config, 1_000, 1);
    const answered: string[] = [];
    const ask = async (name: string) => {
      await queue.submit(request(1), signal).then(
        () => answered.push(name),
        () => answered.push(`${name} failed`),
      );
    };
    const calls = ["first", "second", "third"].map(ask);
    const [theirs = []] = others.map((other) => other.runs);
    theirs[0]?.release();
    await settle();
    assert.equal(theirs.length, 2, "an instance does not wait for another's answer");
    runs[0]?.release(new PayerHubError("INTERNAL", "running a model: no"));
    await settle();
    theirs[1]?.release();
    await Promise.all(calls);
    assert.deepEqual(answered, order);
    await queue.drain();
  }
});
