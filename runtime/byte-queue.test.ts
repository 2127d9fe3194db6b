import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createByteQueue } from "./byte-queue.ts";

test("bytes come out in the order they went in, whatever the pieces", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
  fc.assert(
    fc.property(chunks, fc.array(fc.nat(25), { maxLength: 40 }), (pushed, pieces) => {
      const queue = createByteQueue();
      for (const chunk of pushed) queue.push(chunk);
      const whole = Buffer.concat(pushed);
      const taken: Uint8Array[] = [];
      for (const piece of pieces) taken.push(queue.take(Math.min(piece, queue.length)));
      taken.push(queue.take(queue.length));
      assert.deepEqual(Buffer.concat(taken), whole);
      assert.equal(queue.length, 0);
    }),
  );
});

test("taking more than there is fails and takes nothing", () => {
  const queue = createByteQueue();
  queue.push(Uint8Array.of(1, 2));
  assert.throws(() => queue.take(3), RangeError);
  assert.equal(queue.length, 2);
});
