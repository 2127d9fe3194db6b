import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { IntakeChannel, IntakeManifest } from "../proto/document/v1/document.pb.ts";
import { createEnvelopeSeal } from "../runtime/envelope-seal.ts";
import { createLogger } from "../runtime/log.ts";
import { createFolderObjects } from "../runtime/objects/folder.ts";
import type { ObjectStore } from "../runtime/objects/objects.ts";
import { systemWorld } from "../runtime/world.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createIntake, type Intake, type Submission } from "./intake.ts";
import { openSpool, type Spool } from "./spool.ts";
import { openStaging } from "./staging.ts";

const world = systemWorld();
const log = createLogger({ level: "silent" });
const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(1), keyId: "test", world });
const signal = new AbortController().signal;

const SUBMISSION: Submission = {
  tenant: "acme",
  submittedBy: "site",
  channel: IntakeChannel.HTTP,
  fileName: "C:\\faxes\\Jane Doe\\letter\u0007.pdf",
  declaredType: "application/pdf",
  sender: "+15550100",
  caseId: "c-1",
};

interface Parts {
  readonly intake: Intake;
  readonly objects: ObjectStore;
  readonly spool: Spool;
}

/** `wrap` may make the object store fail at a step; the folder is the same for every start. */
async function start(folder: string, wrap: (objects: ObjectStore) => ObjectStore = (objects) => objects, maxEntries = 100): Promise<Parts> {
  const objects = wrap(await createFolderObjects({ root: join(folder, "objects"), world }));
  const spool = await openSpool({ folder: join(folder, "spool"), maxEntries, log });
  const staging = await openStaging({ folder: join(folder, "staging"), maxBytes: 1_000_000, seal, world });
  return { intake: createIntake({ objects, seal, staging, spool, world, log }), objects, spool };
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test("the acknowledged document has a sealed original, a sealed manifest and a spool entry that says so", async () => {
  await using folder = await temporaryFolder();
  const { intake, objects, spool } = await start(folder.path);
  const bytes = Buffer.concat([Buffer.from("%PDF-1.7"), randomBytes(100_000)]);
  const receipt = await intake.submit(SUBMISSION, chunksOf(bytes), signal);
  const head = spool.entries()[0]?.message.head;
  assert.ok(head?.original !== undefined && head.manifest !== undefined);
  assert.deepEqual([head.tenant, head.documentId, head.revision, head.sourceSha256], ["acme", receipt.documentId, 1, receipt.sha256]);
  assert.deepEqual([head.original.key, head.manifest.key], [`acme/${receipt.documentId}/original`, `acme/${receipt.documentId}/manifest`]);
  const open = async (ref: typeof head.original) => {
    const sealed = await objects.readAll(ref, { maxBytes: 1_000_000, signal });
    return Buffer.from(seal.open(sealed, { tenant: "acme", place: "objects", id: ref.key }));
  };
  assert.ok((await open(head.original)).equals(bytes));
  assert.deepEqual(IntakeManifest.decode(await open(head.manifest)), {
    fileName: "letter.pdf",
    sniffedType: "application/pdf",
    declaredType: "application/pdf",
    sender: "+15550100",
    channel: IntakeChannel.HTTP,
    submittedBy: "site",
    caseId: "c-1",
    sizeBytes: BigInt(bytes.length),
  });
  assert.equal(await intake.holds("acme", receipt.documentId, signal), true);
  assert.equal(await intake.holds("other", receipt.documentId, signal), false);
});

test("executables and unknown bytes are kept with the type that their first bytes state", async () => {
  await using folder = await temporaryFolder();
  const { intake, spool } = await start(folder.path);
  await intake.submit(SUBMISSION, chunksOf(Buffer.from("MZ\x90\0 program")), signal);
  await intake.submit(SUBMISSION, chunksOf(Buffer.from("just text")), signal);
  assert.equal(spool.size, 2);
});

test("a duplicate keeps the first document's objects and manifest", async () => {
  await using folder = await temporaryFolder();
  const { intake, objects, spool } = await start(folder.path);
  const bytes = randomBytes(1_000);
  const first = await intake.submit(SUBMISSION, chunksOf(bytes), signal);
  const refs = async () =>
    await Promise.all(["original", "manifest"].map(async (name) => await objects.head(`acme/${first.documentId}/${name}`, signal)));
  const before = await refs();
  await spool.remove(`${first.documentId}-r1`);
  const second = await intake.submit({ ...SUBMISSION, fileName: "other.pdf", sender: "else" }, chunksOf(bytes), signal);
  assert.deepEqual(second, { ...first, duplicate: true });
  assert.deepEqual(await refs(), before);
  assert.equal(spool.entries()[0]?.maybeKnown, true);
});

test("a digest that differs keeps nothing", async () => {
  await using folder = await temporaryFolder();
  const { intake, objects, spool } = await start(folder.path);
  const checkDigest = (): void => {
    throw new Error("differs");
  };
  await assert.rejects(intake.submit({ ...SUBMISSION, checkDigest }, chunksOf(randomBytes(10)), signal), /differs/);
  assert.deepEqual(await Array.fromAsync(objects.list("", signal)), []);
  assert.deepEqual([spool.size, await readdir(join(folder.path, "staging"))], [0, []]);
});

test("a crash at any step before the acknowledgement is healed by submitting again", async () => {
  const bytes = randomBytes(50_000);
  const crash = async (): Promise<never> => {
    throw new Error("crash");
  };
  const crashes: Record<string, (objects: ObjectStore) => ObjectStore> = {
    "before the original": (objects) => ({ ...objects, putIfAbsent: crash }),
    "after the original": (objects) => ({
      ...objects,
      putIfAbsent: async (key, body, options) => (key.endsWith("original") ? await objects.putIfAbsent(key, body, options) : await crash()),
    }),
    "after the manifest": (objects) => ({
      ...objects,
      head: async (key, aborting) => (key.endsWith("manifest") ? await crash() : await objects.head(key, aborting)),
    }),
  };
  for (const [step, wrap] of Object.entries(crashes)) {
    await using folder = await temporaryFolder();
    await assert.rejects((await start(folder.path, wrap)).intake.submit(SUBMISSION, chunksOf(bytes), signal), /crash/, step);
    const { intake, objects, spool } = await start(folder.path);
    assert.equal(spool.size, 0, step);
    await intake.submit(SUBMISSION, chunksOf(bytes), signal);
    const original = spool.entries()[0]?.message.head?.original;
    assert.ok(original !== undefined, step);
    const sealed = await objects.readAll(original, { maxBytes: 1_000_000, signal });
    assert.ok(Buffer.from(seal.open(sealed, { tenant: "acme", place: "objects", id: original.key })).equals(bytes), step);
  }
});

test("a full spool refuses before it reads a byte", async () => {
  await using folder = await temporaryFolder();
  const { intake } = await start(folder.path, undefined, 1);
  await intake.submit(SUBMISSION, chunksOf(randomBytes(10)), signal);
  let isRead = false;
  async function* watched(): AsyncGenerator<Uint8Array> {
    isRead = true;
    yield randomBytes(10);
  }
  await assert.rejects(intake.submit(SUBMISSION, watched(), signal), { code: "RESOURCE_EXHAUSTED" });
  assert.equal(isRead, false);
});

test("the same bytes submitted by many at a time are one document, and one of them is the first", async () => {
  await using folder = await temporaryFolder();
  const { intake, spool, objects } = await start(folder.path);
  const bytes = randomBytes(80_000);
  const receipts = await Promise.all(Array.from({ length: 8 }, async () => await intake.submit(SUBMISSION, chunksOf(bytes), signal)));
  assert.equal(new Set(receipts.map(({ documentId }) => documentId)).size, 1);
  assert.equal(receipts.filter(({ duplicate }) => !duplicate).length, 1);
  assert.equal(spool.size, 1);
  const original = spool.entries()[0]?.message.head?.original;
  assert.ok(original !== undefined);
  await objects.readAll(original, { maxBytes: 1_000_000, signal });
});
