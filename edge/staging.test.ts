import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { createEnvelopeSeal } from "../runtime/envelope-seal.ts";
import { systemWorld } from "../runtime/world.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { openStaging } from "./staging.ts";

const world = systemWorld();
const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(1), keyId: "test", world });
const signal = new AbortController().signal;
const KEY = "acme/doc_00000000000000000000000000/original";

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test("whatever the chunks, the upload is sealed for its key with the stated size, digest and type", async () => {
  await using folder = await temporaryFolder();
  const staging = await openStaging({ folder: folder.path, maxBytes: 1_000_000, seal, world });
  const chunks = fc
    .array(fc.uint8Array({ maxLength: 70_000 }), { minLength: 1, maxLength: 6 })
    .filter((list) => list.some((chunk) => chunk.length > 0));
  await fc.assert(
    fc.asyncProperty(chunks, async (list) => {
      await using upload = await staging.stage("acme", chunksOf(Buffer.from("%PDF-"), ...list), signal);
      const plain = Buffer.concat([Buffer.from("%PDF-"), ...list]);
      assert.equal(upload.sha256, createHash("sha256").update(plain).digest("hex"));
      assert.deepEqual([upload.sizeBytes, upload.sniffedType], [plain.length, "application/pdf"]);
      const sealed = Buffer.concat(await Array.fromAsync(upload.sealedFor(KEY, signal)));
      assert.equal(sealed.length, upload.sealedBytes);
      assert.ok(Buffer.from(seal.open(sealed, { tenant: "acme", place: "objects", id: KEY })).equals(plain));
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(await readdir(folder.path), []);
});

test("no plain byte is on the disk while an upload is staged", async () => {
  await using folder = await temporaryFolder();
  const staging = await openStaging({ folder: folder.path, maxBytes: 1_000_000, seal, world });
  const secret = Buffer.from("JANE DOE MEMBER W123456789 ".repeat(50));
  await using _upload = await staging.stage("acme", chunksOf(secret, randomBytes(100_000)), signal);
  const [name = ""] = await readdir(folder.path);
  assert.equal((await readFile(join(folder.path, name))).includes("JANE DOE"), false);
});

test("empty, too large, failing and aborted sources leave no file", async () => {
  await using folder = await temporaryFolder();
  const staging = await openStaging({ folder: folder.path, maxBytes: 10, seal, world });
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield randomBytes(5);
    throw new Error("the line broke");
  };
  const controller = new AbortController();
  const aborting = async function* (): AsyncGenerator<Uint8Array> {
    yield randomBytes(5);
    controller.abort();
    yield randomBytes(5);
  };
  await assert.rejects(staging.stage("acme", chunksOf(), signal), { code: "INVALID_ARGUMENT" });
  await assert.rejects(staging.stage("acme", chunksOf(Buffer.alloc(0)), signal), { code: "INVALID_ARGUMENT" });
  await assert.rejects(staging.stage("acme", chunksOf(randomBytes(6), randomBytes(5)), signal), { code: "RESOURCE_EXHAUSTED" });
  await assert.rejects(staging.stage("acme", failing(), signal), /the line broke/);
  await assert.rejects(staging.stage("acme", aborting(), controller.signal), { code: "CANCELLED" });
  assert.deepEqual(await readdir(folder.path), []);
  await using upload = await staging.stage("acme", chunksOf(randomBytes(10)), signal);
  assert.equal(upload.sizeBytes, 10);
});

test("leftovers of a crash are removed at the start", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "left"), "sealed bytes");
  await openStaging({ folder: folder.path, maxBytes: 10, seal, world });
  assert.deepEqual(await readdir(folder.path), []);
});
