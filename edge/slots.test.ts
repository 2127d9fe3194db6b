import assert from "node:assert/strict";
import { test } from "node:test";
import { createSlots } from "./slots.ts";

const signal = new AbortController().signal;

test("no more than the maximum are taken at a time", () => {
  const slots = createSlots(2);
  const first = slots.tryTake();
  assert.ok(first !== undefined && slots.tryTake() !== undefined);
  assert.equal(slots.tryTake(), undefined);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(slots.taken, 1);
  assert.ok(slots.tryTake() !== undefined);
  assert.equal(slots.tryTake(), undefined);
});

test("waiters get slots in the order of asking", async () => {
  const slots = createSlots(1, 8);
  const held = await slots.take(signal);
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (name) => {
    using _slot = await slots.take(signal);
    order.push(name);
  });
  held[Symbol.dispose]();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
  assert.equal(slots.taken, 0);
});

test("an aborted waiter leaves the queue and the slot goes to the next", async () => {
  const slots = createSlots(1, 8);
  const held = await slots.take(signal);
  const gone = new AbortController();
  const first = slots.take(gone.signal);
  const second = slots.take(signal);
  gone.abort();
  await assert.rejects(first, { code: "CANCELLED" });
  held[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  assert.equal(slots.taken, 0);
});

test("a full queue and an aborted signal are refused at once", async () => {
  const slots = createSlots(1, 1);
  await slots.take(signal);
  void slots.take(signal);
  await assert.rejects(slots.take(signal), { code: "RESOURCE_EXHAUSTED" });
  await assert.rejects(slots.take(AbortSignal.abort()), { code: "CANCELLED" });
});
