import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { failureConformance } from "./conformance-failure.ts";
import { isCode, mustHead, never, plain, read, sha256, text } from "./conformance-kit.ts";
import type { ObjectsFeatures, ObjectsSuite, ObjectsUnderTest } from "./conformance-kit.ts";
import { bodyConformance, streamConformance } from "./conformance-stream.ts";
import type { ObjectStore } from "./objects.ts";

/** The promises of `ObjectStore`, run against any adapter. */
export function objectsConformance(name: string, open: () => Promise<ObjectsUnderTest>, features: ObjectsFeatures): void {
  describe(`objects conformance: ${name}`, () => {
    let underTest: ObjectsUnderTest;
    let store: ObjectStore;
    before(async () => {
      underTest = await open();
      store = underTest.store;
    });
    after(async () => await underTest[Symbol.asyncDispose]());
    const get = () => ({ store, underTest });
    describe("put and read", () => putAndRead(get));
    describe("absence", () => absence(get, features));
    describe("streams", () => streamConformance(get));
    describe("bodies", () => bodyConformance(get));
    describe("keys", () => keys(get));
    describe("failure", () => failureConformance(get));
  });
}

function putAndRead(get: ObjectsSuite): void {
  test("what is put is read back, with size, digest and type", async () => {
    const { store } = get();
    const ref = await store.put("t1/d1/a", text("héllo"), plain());
    assert.deepEqual(ref, { key: "t1/d1/a", sha256: sha256(Buffer.from("héllo")), sizeBytes: 6n, contentType: "text/plain" });
    assert.equal(await read(store, ref), "héllo");
    assert.deepEqual(await store.head("t1/d1/a", never()), ref);
  });

  test("nothing is an object too", async () => {
    const { store } = get();
    const ref = await store.put("t1/d1/empty", text(""), plain());
    assert.equal(ref.sizeBytes, 0n);
    assert.equal(await read(store, ref), "");
  });

  test("a second put replaces; the first reference then reads as lost, not as other bytes", async () => {
    const { store } = get();
    const first = await store.put("t1/d1/b", text("one"), plain());
    const second = await store.put("t1/d1/b", text("two"), plain());
    assert.equal(await read(store, second), "two");
    await assert.rejects(read(store, first), isCode("DATA_LOSS"));
  });

  test("the same bytes under two keys are two objects", async () => {
    const { store } = get();
    const [left, right] = [await store.put("t1/d2/a", text("same"), plain()), await store.put("t2/d2/a", text("same"), plain())];
    await store.remove("t1/d2/a", never());
    await assert.rejects(read(store, left), isCode("NOT_FOUND"));
    assert.equal(await read(store, right), "same");
  });

  test("another process sees what was put", async () => {
    const { store, underTest } = get();
    const ref = await store.put("t1/d3/a", text("kept"), plain());
    const other = await underTest.reopen();
    assert.equal(await read(other, ref), "kept");
    assert.deepEqual(await other.head("t1/d3/a", never()), ref);
    await other.close();
  });
}

function absence(get: ObjectsSuite, features: ObjectsFeatures): void {
  test("putIfAbsent stores once and leaves the first object untouched", async () => {
    const { store } = get();
    assert.equal(await store.putIfAbsent("t1/d4/a", text("first"), plain()), true);
    assert.equal(await store.putIfAbsent("t1/d4/a", text("second"), plain()), false);
    assert.equal(await read(store, await mustHead(store, "t1/d4/a")), "first");
  });

  test("of 16 concurrent putIfAbsent one is kept whole, and with an atomic server exactly one says so", async () => {
    const { store } = get();
    const bodies = Array.from({ length: 16 }, (_, at) => `writer ${at}`);
    const won = await Promise.all(bodies.map(async (body) => await store.putIfAbsent("t1/d4/race", text(body), plain())));
    const kept = await read(store, await mustHead(store, "t1/d4/race"));
    assert.ok(bodies.includes(kept), kept);
    const winners = bodies.filter((_, at) => won[at] === true);
    if (features.atomicPutIfAbsent) assert.deepEqual(winners, [kept]);
    else assert.ok(winners.includes(kept));
  });

  test("what is not there: head is undefined, reading fails, removing is no error", async () => {
    const { store } = get();
    assert.equal(await store.head("t1/none/a", never()), undefined);
    const ref: ObjectRef = { key: "t1/none/a", sha256: sha256(Buffer.of()), sizeBytes: 0n, contentType: "text/plain" };
    await assert.rejects(read(store, ref), isCode("NOT_FOUND"));
    await store.remove("t1/none/a", never());
  });

  test("a removed object is gone and its key is free again", async () => {
    const { store } = get();
    const ref = await store.put("t1/d5/a", text("gone"), plain());
    await store.remove("t1/d5/a", never());
    assert.equal(await store.head("t1/d5/a", never()), undefined);
    await assert.rejects(read(store, ref), isCode("NOT_FOUND"));
    assert.equal(await store.putIfAbsent("t1/d5/a", text("new"), plain()), true);
  });
}

function keys(get: ObjectsSuite): void {
  test("list gives the keys of a prefix in byte order and no others", async () => {
    const { store } = get();
    const wanted = ["l1/a", "l1/a-b", "l1/a.b", "l1/a1/x", "l1/b/x/y", "l1/b0", "l1/c_"];
    for (const key of [...wanted.toReversed(), "l10/a", "l2/a"]) await store.put(key, text(key), plain());
    assert.deepEqual(await Array.fromAsync(store.list("l1/", never())), wanted);
    assert.deepEqual(await Array.fromAsync(store.list("l1/a", never())), wanted.slice(0, 4));
    assert.deepEqual(await Array.fromAsync(store.list("l1", never())), [...wanted, "l10/a"]);
    assert.deepEqual(await Array.fromAsync(store.list("l3/", never())), []);
  });

  test("weird keys and prefixes are refused everywhere, and the error does not repeat them", async () => {
    const { store } = get();
    const weird = [
      "",
      "t1",
      "t1/",
      "/t1/a",
      "t1//a",
      "t1/../a",
      "t1/./a",
      "../a/b",
      "t1/.hidden",
      "t1/a b",
      "t1/ä",
      "t1/a\0",
      "t1\\a/b",
      "t1/a~",
    ];
    for (const key of [...weird, `t1/${"x".repeat(201)}`, `t1/${"x/".repeat(300)}x`]) {
      const refused = (error: unknown) => isCode("INVALID_ARGUMENT")(error) && (key.length < 3 || !String(error).includes(`"${key}"`));
      const ref: ObjectRef = { key, sha256: "0".repeat(64), sizeBytes: 1n, contentType: "a/b" };
      await assert.rejects(store.put(key, text("x"), plain()), refused, key);
      await assert.rejects(store.putIfAbsent(key, text("x"), plain()), refused, key);
      await assert.rejects(store.head(key, never()), refused, key);
      await assert.rejects(store.remove(key, never()), refused, key);
      await assert.rejects(read(store, ref), refused, key);
    }
    for (const prefix of ["../", "/", "t1/../", "t1//", "."]) {
      await assert.rejects(Array.fromAsync(store.list(prefix, never())), isCode("INVALID_ARGUMENT"), prefix);
    }
  });
}
