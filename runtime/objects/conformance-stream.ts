import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PayerHubError } from "../error.ts";
import { isCode, LARGE_BYTES, MEBIBYTE, mustHead, never, plain, randomStream, text } from "./conformance-kit.ts";
import type { ObjectsSuite } from "./conformance-kit.ts";

/** Far below LARGE_BYTES: a store that gathers the stream would pass it. */
const MAX_HELD_BYTES = 17 * MEBIBYTE;

/** The collector on demand: without it, what is alive and what is garbage look alike. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  assert.ok(typeof gc === "function");
  return () => void Reflect.apply(gc, undefined, []);
}

/** Bodies that pass in chunks. */
export function streamConformance(get: ObjectsSuite): void {
  test("a 20 MiB stream comes back identical", async () => {
    const { store } = get();
    const hash = createHash("sha256");
    const ref = await store.put("t1/d6/large", { stream: randomStream(LARGE_BYTES, hash), sizeBytes: LARGE_BYTES }, plain());
    assert.equal(ref.sha256, hash.digest("hex"));
    assert.equal(ref.sizeBytes, BigInt(LARGE_BYTES));
    assert.deepEqual(await mustHead(store, "t1/d6/large"), ref);
    let readBytes = 0;
    let largest = 0;
    for await (const chunk of store.read(ref, never())) {
      readBytes += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    assert.equal(readBytes, LARGE_BYTES);
    assert.ok(largest <= MEBIBYTE, `a chunk of ${largest} bytes`);
  });

  test("an upload holds at most two parts of its stream", async () => {
    const { store } = get();
    const collect = collector();
    const zeros = new Uint8Array(MEBIBYTE);
    let alive = 0;
    let most = 0;
    const registry = new FinalizationRegistry<number>((bytes) => {
      alive -= bytes;
    });
    async function* source() {
      for (let sent = 0; sent < 64; sent += 1) {
        const chunk = Uint8Array.from(zeros);
        registry.register(chunk, chunk.length);
        alive += chunk.length;
        yield chunk;
        collect();
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, alive);
      }
    }
    await store.put("t1/d6/flat", { stream: source(), sizeBytes: 64 * MEBIBYTE }, plain());
    assert.ok(most <= MAX_HELD_BYTES, `${most} bytes were held`);
  });

  test("a large putIfAbsent on a taken key reads nothing of its stream and stores nothing", async () => {
    const { store } = get();
    const first = await store.put("t1/d6/taken", text("first"), plain());
    let asked = false;
    async function* source() {
      asked = true;
      yield new Uint8Array(LARGE_BYTES);
    }
    assert.equal(await store.putIfAbsent("t1/d6/taken", { stream: source(), sizeBytes: LARGE_BYTES }, plain()), false);
    assert.equal(asked, false);
    assert.deepEqual(await mustHead(store, "t1/d6/taken"), first);
  });
}

/** Bodies that are not what they say. */
export function bodyConformance(get: ObjectsSuite): void {
  for (const sizeBytes of [10, LARGE_BYTES]) {
    test(`a stream that is shorter, longer or broken leaves no object (${sizeBytes} bytes stated)`, async () => {
      const { store } = get();
      async function* broken() {
        yield randomBytes(Math.floor(sizeBytes / 2));
        throw new PayerHubError("UNAVAILABLE", "read the source: the line is cut, it must stay");
      }
      const hash = createHash("sha256");
      for (const off of [-1, 1]) {
        const stream = randomStream(sizeBytes + off, hash);
        await assert.rejects(store.put("t1/d6/wrong", { stream, sizeBytes }, plain()), isCode("INVALID_ARGUMENT"));
      }
      await assert.rejects(store.put("t1/d6/wrong", { stream: broken(), sizeBytes }, plain()), isCode("UNAVAILABLE"));
      assert.equal(await store.head("t1/d6/wrong", never()), undefined);
      assert.deepEqual(await Array.fromAsync(store.list("t1/d6/wrong", never())), []);
    });
  }

  test("readAll refuses what states more than the limit, before reading", async () => {
    const { store } = get();
    const ref = await store.put("t1/d6/limit", text("0123456789"), plain());
    await assert.rejects(store.readAll(ref, { maxBytes: 9, signal: never() }), isCode("RESOURCE_EXHAUSTED"));
    assert.equal((await store.readAll(ref, { maxBytes: 10, signal: never() })).length, 10);
  });
}
