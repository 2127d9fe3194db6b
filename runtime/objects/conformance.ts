import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import type { ObjectStore } from "./objects.ts";

/** One adapter under test, with a hand on its raw storage. */
export interface ObjectsUnderTest extends AsyncDisposable {
  readonly store: ObjectStore;
  /** A second store over the same storage, as another process would open it. */
  reopen(): Promise<ObjectStore>;
  /** Changes one stored byte of the object behind the store's back. */
  damage(ref: ObjectRef): Promise<void>;
}

export interface ObjectsFeatures {
  /** Whether the server decides concurrent `putIfAbsent` calls atomically. */
  readonly atomicPutIfAbsent: boolean;
}

const MEBIBYTE = 1_048_576;
/** Above the 8 MiB of a part, and no multiple of it. */
const LARGE_BYTES = 20 * MEBIBYTE + 7;
/** Far below LARGE_BYTES: a store that gathers the stream would pass it. */
const MAX_HELD_BYTES = 17 * MEBIBYTE;

const never = () => new AbortController().signal;
const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const text = (value: string) => ({ bytes: Buffer.from(value) });
const plain = (signal = never()) => ({ contentType: "text/plain", signal });

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
    describe("streams", () => streams(get));
    describe("keys", () => keys(get));
    describe("failure", () => failure(get));
  });
}

type Get = () => { readonly store: ObjectStore; readonly underTest: ObjectsUnderTest };

async function read(store: ObjectStore, ref: ObjectRef): Promise<string> {
  return Buffer.from(await store.readAll(ref, { maxBytes: MEBIBYTE, signal: never() })).toString();
}

async function mustHead(store: ObjectStore, key: string): Promise<ObjectRef> {
  const ref = await store.head(key, never());
  assert.ok(ref !== undefined, `no object ${key}`);
  return ref;
}

function putAndRead(get: Get): void {
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

function absence(get: Get, features: ObjectsFeatures): void {
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

/** Random chunks of one byte more than 64 KiB, so that none ends at a border of frames or parts. */
async function* randomStream(sizeBytes: number, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for (let left = sizeBytes; left > 0; ) {
    const chunk = randomBytes(Math.min(65_537, left));
    hash.update(chunk);
    left -= chunk.length;
    yield chunk;
  }
}

/** The collector on demand: without it, what is alive and what is garbage look alike. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  assert.ok(typeof gc === "function");
  return () => void Reflect.apply(gc, undefined, []);
}

function streams(get: Get): void {
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

function keys(get: Get): void {
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

function failure(get: Get): void {
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
