import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { limitReadAhead } from "./grpc-read-ahead.ts";

test("a stream whose reader is busy stops reading after two messages", async () => {
  let produced = 0;
  const stream = new Readable({
    objectMode: true,
    read: () => {
      produced += 1;
      stream.push(produced <= 50 ? { produced } : null);
    },
  });
  limitReadAhead(stream);
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  await delay(20);
  assert.ok(produced <= 4, `read ahead ${produced} messages`);
  let taken = 1;
  while ((await iterator.next()).done !== true) taken += 1;
  assert.equal(taken, 50);
});
