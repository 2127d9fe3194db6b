import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { withIdleLimit } from "./idle-limit.ts";

const limit = { idleMs: 30, signal: new AbortController().signal, attempted: "receiving" };

async function* source(items: readonly number[], closed: { value: boolean }): AsyncGenerator<number> {
  try {
    yield* items;
  } finally {
    closed.value = true;
  }
}

test("items pass in order and the source ends", async () => {
  const closed = { value: false };
  assert.deepEqual(await Array.fromAsync(withIdleLimit(source([1, 2, 3], closed), limit)), [1, 2, 3]);
  assert.equal(closed.value, true);
});

test("a silent source ends with DEADLINE_EXCEEDED although it never answers", async () => {
  const silent: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => await new Promise<never>(() => {}) }) };
  await assert.rejects(Array.fromAsync(withIdleLimit(silent, limit)), { code: "DEADLINE_EXCEEDED" });
});

test("slow work of the reader does not count as silence of the source", async () => {
  const got: number[] = [];
  for await (const item of withIdleLimit(source([1, 2], { value: false }), limit)) {
    await delay(60);
    got.push(item);
  }
  assert.deepEqual(got, [1, 2]);
});

test("an abort ends the wait with CANCELLED, and leaving early closes the source", async () => {
  const silent: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: async () => await new Promise<never>(() => {}) }) };
  const controller = new AbortController();
  const reading = Array.fromAsync(withIdleLimit(silent, { ...limit, idleMs: 60_000, signal: controller.signal }));
  controller.abort();
  await assert.rejects(reading, { code: "CANCELLED" });
  const closed = { value: false };
  for await (const _item of withIdleLimit(source([1, 2], closed), limit)) break;
  await delay(0);
  assert.equal(closed.value, true);
});
