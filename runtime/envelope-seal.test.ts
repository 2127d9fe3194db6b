import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEnvelopeSeal } from "./envelope-seal.ts";
import { PayerHubError } from "./error.ts";
import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES } from "./seal-frames.ts";
import type { Seal, SealContext } from "./seal.ts";
import { systemWorld } from "./world.ts";

const context: SealContext = { tenant: "t1", place: "documents", id: "d1" };
const sealOf = (options: { readonly fill?: number; readonly keyId?: string } = {}): Seal =>
  createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(options.fill ?? 7), keyId: options.keyId ?? "k1", world: systemWorld() });
const isDataLoss = (error: unknown) => error instanceof PayerHubError && error.code === "DATA_LOSS";

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Lengths at and around the frame border, where off-by-one errors live. */
const borderLengths = [0, 1, 2]
  .flatMap((frames) => [-1, 0, 1].map((off) => frames * FRAME_PLAIN_BYTES + off))
  .filter((length) => length >= 0);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(...borderLengths).map((length) => Uint8Array.from({ length }, (_, at) => at % 251)),
);

test("what is sealed opens to the same bytes; stream and buffer share one format", async () => {
  const seal = sealOf();
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 997, max: 200_000 }), async (plain, chunk) => {
      const sealed = seal.seal(plain, context);
      const streamed = await collect(seal.sealStream(inChunks(plain, chunk), context));
      assert.equal(sealed.length, streamed.length);
      assert.equal(sealed.length, seal.sealedSizeBytes(plain.length));
      assert.deepEqual(Buffer.from(seal.open(streamed, context)), Buffer.from(plain));
      assert.deepEqual(Buffer.from(await collect(seal.openStream(inChunks(sealed, chunk), context))), Buffer.from(plain));
    }),
    { numRuns: 60 },
  );
});

test("with the same random bytes stream and buffer are byte-identical", async () => {
  const world = { ...systemWorld(), randomBytes: (length: number) => new Uint8Array(length).fill(9) };
  const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32), keyId: "k", world });
  const plain = Buffer.alloc(2 * FRAME_PLAIN_BYTES + 5, "x");
  assert.deepEqual(Buffer.from(await collect(seal.sealStream(inChunks(plain, 1_000), context))), Buffer.from(seal.seal(plain, context)));
});

test("a value moved to another tenant, place or id does not open, nor under another key", async () => {
  const seal = sealOf();
  const sealed = seal.seal(Buffer.from("secret"), context);
  const others: readonly SealContext[] = [
    { ...context, tenant: "t2" },
    { ...context, place: "cases" },
    { ...context, id: "d2" },
    { tenant: "t1d", place: "ocuments", id: "d1" },
  ];
  for (const other of others) {
    assert.throws(() => seal.open(sealed, other), isDataLoss);
    await assert.rejects(collect(seal.openStream(inChunks(sealed, 10), other)), isDataLoss);
  }
  assert.throws(() => sealOf({ fill: 8 }).open(sealed, context), isDataLoss);
  assert.throws(() => sealOf({ keyId: "k2" }).open(sealed, context), isDataLoss);
});

test("each flipped byte is noticed by buffer and stream", async () => {
  const seal = sealOf();
  const sealed = seal.seal(Buffer.from("member M123"), context);
  for (let at = 0; at < sealed.length; at += 1) {
    const damaged = Uint8Array.from(sealed);
    damaged[at] = (damaged[at] ?? 0) ^ 0x01;
    assert.throws(() => seal.open(damaged, context), isDataLoss, `byte ${at}`);
    await assert.rejects(collect(seal.openStream(inChunks(damaged, 16), context)), isDataLoss, `byte ${at}`);
  }
});

test("truncation anywhere, at frame borders too, extension and swapped frames are noticed", async () => {
  const seal = sealOf();
  const sealed = seal.seal(Buffer.alloc(3 * FRAME_PLAIN_BYTES, "p"), context);
  const header = sealed.length - 3 * FRAME_SEALED_BYTES;
  const frame = (index: number) => sealed.subarray(header + index * FRAME_SEALED_BYTES, header + (index + 1) * FRAME_SEALED_BYTES);
  const damaged = [
    sealed.subarray(0, 0),
    sealed.subarray(0, header - 1),
    sealed.subarray(0, header),
    sealed.subarray(0, header + FRAME_SEALED_BYTES),
    sealed.subarray(0, header + 2 * FRAME_SEALED_BYTES),
    sealed.subarray(0, sealed.length - 1),
    Buffer.concat([sealed, frame(2)]),
    Buffer.concat([sealed, Buffer.of(0)]),
    Buffer.concat([sealed.subarray(0, header), frame(1), frame(0), frame(2)]),
    Buffer.concat([sealed.subarray(0, header), frame(0), frame(2)]),
  ];
  for (const [number, bytes] of damaged.entries()) {
    assert.throws(() => seal.open(bytes, context), isDataLoss, `case ${number}`);
    await assert.rejects(collect(seal.openStream(inChunks(bytes, 50_000), context)), isDataLoss, `case ${number}`);
  }
});

test("two seals of one value have nothing in common but the header's opening, and hide the value", () => {
  const seal = sealOf();
  const [first, second] = [seal.seal(Buffer.from("canary-7731"), context), seal.seal(Buffer.from("canary-7731"), context)];
  assert.notDeepEqual(Buffer.from(first), Buffer.from(second));
  assert.equal(Buffer.from(first).includes("canary"), false);
});

test("a stream's memory is bounded: a frame leaves as soon as it is full", async () => {
  const seal = sealOf();
  let given = 0;
  async function* source() {
    for (; given < 64; given += 1) yield Buffer.alloc(FRAME_PLAIN_BYTES);
  }
  const stream = seal.sealStream(source(), context)[Symbol.asyncIterator]();
  for (let taken = 0; taken < 4; taken += 1) await stream.next();
  assert.ok(given <= 5, `${given} chunks were read for 4 taken`);
});

test("a blind index is stable, differs by tenant and value, and does not hold the value", () => {
  const seal = sealOf();
  const index = seal.blindIndex("t1", "M123");
  assert.match(index, /^[0-9a-f]{32}$/);
  assert.equal(sealOf().blindIndex("t1", "M123"), index);
  const others = [seal.blindIndex("t2", "M123"), seal.blindIndex("t1", "M124"), sealOf({ fill: 1 }).blindIndex("t1", "M123")];
  assert.equal(new Set([index, ...others]).size, 4);
});

test("a root key of the wrong length and an empty or long key id are refused", () => {
  const world = systemWorld();
  assert.throws(() => createEnvelopeSeal({ rootKey: new Uint8Array(31), keyId: "k", world }));
  assert.throws(() => createEnvelopeSeal({ rootKey: new Uint8Array(32), keyId: "", world }), PayerHubError);
  assert.throws(() => createEnvelopeSeal({ rootKey: new Uint8Array(32), keyId: "k".repeat(65), world }), PayerHubError);
});
