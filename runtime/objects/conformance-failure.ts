import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { isCode, LARGE_BYTES, never, plain, randomStream, read, text } from "./conformance-kit.ts";
import type { ObjectsSuite } from "./conformance-kit.ts";

/** Damage, signals and deadlines. */
export function failureConformance(get: ObjectsSuite): void {
  test("a damaged object reads as DATA_LOSS, and a new put heals it", async () => {
    const { store, underTest } = get();
    const ref = await store.put("t1/d7/a", text("precious bytes"), plain());
    await underTest.damage(ref);
    await assert.rejects(read(store, ref), isCode("DATA_LOSS"));
    assert.equal(await read(store, await store.put("t1/d7/a", text("precious bytes"), plain())), "precious bytes");
  });

  test("an aborted signal stops every call before it begins", async () => {
    const { store } = get();
    const ref = await store.put("t1/d8/a", text("here"), plain());
    const signal = AbortSignal.abort();
    const calls: readonly (() => Promise<unknown>)[] = [
      async () => await store.put("t1/d8/b", text("x"), plain(signal)),
      async () => await store.putIfAbsent("t1/d8/b", text("x"), plain(signal)),
      async () => await store.head("t1/d8/a", signal),
      async () => await store.readAll(ref, { maxBytes: 99, signal }),
      async () => await store.remove("t1/d8/a", signal),
      async () => await Array.fromAsync(store.list("t1/", signal)),
    ];
    for (const call of calls) await assert.rejects(call(), isCode("CANCELLED"));
    assert.equal(await store.head("t1/d8/b", never()), undefined);
    assert.equal(await read(store, ref), "here");
  });

  for (const sizeBytes of [1_000, LARGE_BYTES]) {
    test(`a signal that aborts while the source stalls ends the put and leaves nothing (${sizeBytes} bytes)`, async () => {
      const { store } = get();
      const aborter = new AbortController();
      async function* stalling() {
        yield new Uint8Array(Math.floor(sizeBytes * 0.9));
        aborter.abort();
        await new Promise(() => undefined);
      }
      await assert.rejects(store.put("t1/d8/stall", { stream: stalling(), sizeBytes }, plain(aborter.signal)), isCode("CANCELLED"));
      assert.equal(await store.head("t1/d8/stall", never()), undefined);
    });
  }

  test("a signal that aborts in the middle of a read ends it", async () => {
    const { store } = get();
    const hash = createHash("sha256");
    const ref = await store.put("t1/d8/long", { stream: randomStream(LARGE_BYTES, hash), sizeBytes: LARGE_BYTES }, plain());
    const aborter = new AbortController();
    const reading = async () => {
      for await (const _ of store.read(ref, aborter.signal)) aborter.abort();
    };
    await assert.rejects(reading(), isCode("CANCELLED"));
  });

  test("a deadline ends a call with DEADLINE_EXCEEDED", async () => {
    const { store } = get();
    async function* stalling() {
      yield new Uint8Array(1);
      await new Promise(() => undefined);
    }
    const put = store.put("t1/d8/late", { stream: stalling(), sizeBytes: 5 }, plain(AbortSignal.timeout(20)));
    await assert.rejects(put, isCode("DEADLINE_EXCEEDED"));
  });
}
