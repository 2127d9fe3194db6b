import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Arrival, type Batch, BatchQueue } from "./batch-queue.ts";
import type { Entry, Priority } from "./entry.ts";
import { type BatchLimits, batchLimits } from "./limits.ts";

const NEVER = Number.POSITIVE_INFINITY;

function arrival(payload: number, extent: Partial<Arrival<number>> = {}): Arrival<number> {
  return { payload, rows: 1, length: 16, bytes: 128, priority: "normal", deadlineMs: NEVER, ...extent };
}

function payloads(batch: Batch<number> | undefined): readonly number[] {
  return (batch?.entries ?? []).map((entry) => entry.payload).toSorted((left, right) => left - right);
}

test("a request that could never run is refused with what it has and what is allowed", () => {
  const queue = new BatchQueue<number>(batchLimits({ maxRows: 8, maxLength: 64, maxTokens: 256 }));
  for (const [extent, text] of [
    [{ rows: 0 }, /of 0 rows of length 16: it must have 1 to 8 rows/],
    [{ rows: 9 }, /of 9 rows of length 16: it must have 1 to 8 rows/],
    [{ length: 65 }, /length 65: it must be 0 to 64 long/],
    [{ rows: 8, length: 33 }, /it has 264 tokens, at most 256 may run/],
  ] as const) {
    assert.throws(() => queue.add(arrival(1, extent), 0), { code: "INVALID_ARGUMENT", message: text });
  }
  assert.throws(() => queue.add(arrival(1, { deadlineMs: 5 }), 5), { code: "DEADLINE_EXCEEDED" });
  assert.equal(queue.waitingRows, 0);
});

test("rows and bytes that wait are capped, and room comes back when some leave", () => {
  const rows = new BatchQueue<number>(batchLimits({ maxQueuedRows: 2 }));
  const first = rows.add(arrival(1), 0);
  rows.add(arrival(2), 0);
  assert.throws(() => rows.add(arrival(3), 0), { code: "RESOURCE_EXHAUSTED", message: /2 rows and 256 bytes wait, at most 2 and/ });
  assert.equal(rows.remove(first), true);
  assert.equal(rows.remove(first), false);
  rows.add(arrival(3), 0);
  const bytes = new BatchQueue<number>(batchLimits({ maxQueuedBytes: 200 }));
  bytes.add(arrival(1), 0);
  assert.throws(() => bytes.add(arrival(2), 0), { code: "RESOURCE_EXHAUSTED" });
});

test("nothing is taken while draining, and what waits runs without waiting for company", () => {
  const queue = new BatchQueue<number>(batchLimits({ executions: 2, maxDelayMs: 50 }));
  queue.add(arrival(1), 0);
  assert.equal(queue.close(0)?.reason, "idle");
  queue.add(arrival(2), 0);
  assert.equal(queue.close(0), undefined);
  queue.drain();
  assert.throws(() => queue.add(arrival(3), 0), { code: "UNAVAILABLE" });
  assert.equal(queue.close(0)?.reason, "drain");
});

test("a lone request runs at once, the next waits for company only behind it and only for the delay", () => {
  const queue = new BatchQueue<number>(batchLimits({ executions: 2, maxDelayMs: 5 }));
  queue.add(arrival(1), 100);
  assert.equal(queue.close(100)?.reason, "idle");
  queue.add(arrival(2), 101);
  assert.equal(queue.close(102), undefined);
  assert.equal(queue.wakeMs(), 106);
  queue.add(arrival(3), 104);
  const batch = queue.close(106);
  assert.deepEqual([payloads(batch), batch?.reason], [[2, 3], "delay"]);
});

test("a batch closes early enough for its first deadline, by the time that executions take", () => {
  const queue = new BatchQueue<number>(batchLimits({ executions: 2, maxDelayMs: 1_000 }));
  queue.add(arrival(1), 0);
  const warm = queue.close(0);
  assert.ok(warm);
  queue.ended(warm, 20);
  queue.add(arrival(2), 20);
  assert.ok(queue.close(20));
  queue.add(arrival(3, { deadlineMs: 100 }), 21);
  assert.equal(queue.close(60), undefined);
  assert.equal(queue.wakeMs(), 70);
  assert.equal(queue.close(70)?.reason, "deadline");
});

test("a batch closes on rows and on tokens, and says so", () => {
  const rows = new BatchQueue<number>(batchLimits({ maxRows: 3 }));
  for (let index = 0; index < 5; index += 1) rows.add(arrival(index), 0);
  const batch = rows.close(0);
  assert.deepEqual([batch?.rows, batch?.reason, payloads(batch)], [3, "rows", [0, 1, 2]]);
  const tokens = new BatchQueue<number>(batchLimits({ maxTokens: 40 }));
  for (let index = 0; index < 5; index += 1) tokens.add(arrival(index), 0);
  assert.deepEqual([payloads(tokens.close(0)), tokens.close(0)], [[0, 1], undefined]);
});

test("no more executions run than allowed", () => {
  const queue = new BatchQueue<number>(batchLimits({ executions: 1 }));
  queue.add(arrival(1), 0);
  const first = queue.close(0);
  queue.add(arrival(2), 0);
  assert.deepEqual([queue.close(1_000), queue.running], [undefined, 1]);
  assert.ok(first);
  queue.ended(first, 1_000);
  assert.deepEqual(payloads(queue.close(1_000)), [2]);
});

test("an urgent request goes first, a near deadline goes first, and nobody is passed over for ever", () => {
  const queue = new BatchQueue<number>(batchLimits({ maxRows: 1 }));
  const order = (now: number): number => {
    const batch = queue.close(now);
    assert.ok(batch);
    queue.ended(batch, now);
    return payloads(batch)[0] ?? -1;
  };
  queue.add(arrival(1, { priority: "bulk" }), 0);
  queue.add(arrival(2), 0);
  queue.add(arrival(3, { deadlineMs: 50 }), 0);
  queue.add(arrival(4, { priority: "interactive" }), 0);
  assert.deepEqual([order(0), order(0), order(0)], [4, 3, 2]);
  for (let index = 0; index < 10; index += 1) queue.add(arrival(10 + index, { priority: "interactive" }), 1_995 + index);
  const served = Array.from({ length: 11 }, () => order(2_005));
  assert.equal(served.indexOf(1), 5);
});

const arrivals = fc.record({
  rows: fc.integer({ min: 1, max: 3 }),
  length: fc.integer({ min: 1, max: 128 }),
  priority: fc.constantFrom<Priority>("interactive", "normal", "bulk"),
  waitMs: fc.integer({ min: 0, max: 20 }),
  cancel: fc.boolean(),
});
const limits = fc
  .record({
    maxRows: fc.integer({ min: 3, max: 16 }),
    maxTokens: fc.integer({ min: 384, max: 2_048 }),
    executions: fc.integer({ min: 1, max: 3 }),
    maxDelayMs: fc.integer({ min: 0, max: 10 }),
  })
  .map((some) => batchLimits({ ...some, maxLength: 128 }));

/** Closes all that may close now, checking the bounds of every batch. */
function closeAll(queue: BatchQueue<number>, bounds: BatchLimits, nowMs: number): readonly Batch<number>[] {
  const closed: Batch<number>[] = [];
  for (let batch = queue.close(nowMs); batch !== undefined; batch = queue.close(nowMs)) {
    assert.ok(batch.rows <= bounds.maxRows && batch.rows * batch.length <= bounds.maxTokens);
    assert.ok(queue.running <= bounds.executions);
    assert.equal(batch.length, Math.max(...batch.entries.map((entry) => entry.length)));
    closed.push(batch);
  }
  return closed;
}

test("every request leaves once, in bounds, and all batches together are padded by no more than a quarter", () => {
  fc.assert(
    fc.property(fc.array(arrivals, { maxLength: 200 }), limits, (requests, bounds) => {
      const queue = new BatchQueue<number>(bounds);
      const left: number[] = [];
      const all: Batch<number>[] = [];
      let running: readonly Batch<number>[] = [];
      let nowMs = 0;
      const advance = (): void => {
        const closed = closeAll(queue, bounds, nowMs);
        for (const batch of closed) left.push(...payloads(batch));
        all.push(...closed);
        running = [...running, ...closed];
      };
      for (const [index, { waitMs, cancel, ...request }] of requests.entries()) {
        nowMs += waitMs;
        const entry: Entry<number> = queue.add(arrival(index, request), nowMs);
        if (cancel) {
          assert.ok(queue.remove(entry));
          left.push(index);
        }
        advance();
        const [first] = running;
        if (first !== undefined && waitMs > 10) queue.ended(first, nowMs);
        running = running.filter((batch) => batch !== first || waitMs <= 10);
      }
      queue.drain();
      while (queue.waitingRows > 0) {
        for (const batch of running) queue.ended(batch, nowMs);
        running = [];
        advance();
      }
      assert.deepEqual(
        left.toSorted((a, b) => a - b),
        [...requests.keys()],
      );
      assert.equal(queue.waitingBytes, 0);
      const real = all.reduce((sum, batch) => sum + batch.realTokens, 0);
      const padded = all.reduce((sum, batch) => sum + batch.rows * batch.length, 0);
      assert.ok(padded <= 1.25 * real + 1e-6);
    }),
  );
});
