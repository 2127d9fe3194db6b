import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import { createLogger } from "../runtime/log.ts";
import { systemWorld } from "../runtime/world.ts";
import { createReceivingMesh, type ReceivingMesh } from "../test/servers/edge.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { runRelay } from "./relay.ts";
import { openSpool, type Spool } from "./spool.ts";

const log = createLogger({ level: "silent" });
const world = systemWorld();
const PACE = { retryMs: 1, maxRetryMs: 5, receiptMs: 1, maxReceiptMs: 5, republishMs: 25 };

function message(documentId: string): DocumentReceived {
  return DocumentReceived.fromPartial({ head: { tenant: "acme", documentId, revision: 1, receivedAtMs: 1n } });
}

/** Runs the relay until the spool is empty, or until the body ends. */
async function relaying(spool: Spool, mesh: ReceivingMesh, body: () => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const relay = runRelay({ spool, publisher: mesh, status: mesh, world, log, pace: PACE }, stopping.signal);
  try {
    await body();
  } finally {
    stopping.abort();
    await relay;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await world.sleep(2, AbortSignal.timeout(10_000));
}

const idsOf = (mesh: ReceivingMesh) => mesh.received.map(({ head }) => head?.documentId);

test("entries of before and new entries are published once each and leave the spool on their receipt", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  const mesh = createReceivingMesh();
  await spool.add(message("doc_a"), { maybeKnown: false });
  await relaying(spool, mesh, async () => {
    await until(() => spool.size === 0);
    await spool.add(message("doc_b"), { maybeKnown: false });
    await until(() => spool.size === 0);
  });
  assert.deepEqual(idsOf(mesh), ["doc_a", "doc_b"]);
});

test("a broker that fails is tried again until it takes the event", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  const mesh = createReceivingMesh();
  mesh.failures = 7;
  await spool.add(message("doc_a"), { maybeKnown: false });
  await relaying(spool, mesh, async () => await until(() => spool.size === 0));
  assert.equal(mesh.failures, 0);
  assert.deepEqual([idsOf(mesh), mesh.repeats], [["doc_a"], [0]]);
});

test("an event that the broker took and lost is published again", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  const mesh = createReceivingMesh();
  mesh.lost = 2;
  await spool.add(message("doc_a"), { maybeKnown: false });
  await relaying(spool, mesh, async () => await until(() => spool.size === 0));
  assert.equal(mesh.lost, 0);
  assert.deepEqual([idsOf(mesh), mesh.repeats], [["doc_a"], [0, 1, 2]]);
});

test("what the mesh may know is asked for first and not published again", async () => {
  await using folder = await temporaryFolder();
  const mesh = createReceivingMesh();
  mesh.received.push(message("doc_known"));
  const before = await openSpool({ folder: folder.path, maxEntries: 100, log });
  await before.add(message("doc_known"), { maybeKnown: false });
  await before.add(message("doc_lost"), { maybeKnown: false });
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  await relaying(spool, mesh, async () => await until(() => spool.size === 0));
  assert.deepEqual(idsOf(mesh).map(String).toSorted(), ["doc_known", "doc_lost"]);
});

test("entries wait in the spool while the mesh is silent, and a stop leaves them there", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  const mesh = createReceivingMesh();
  mesh.answers = false;
  await spool.add(message("doc_a"), { maybeKnown: false });
  await relaying(spool, mesh, async () => {
    await until(() => mesh.received.length > 0);
    await world.sleep(20, AbortSignal.timeout(10_000));
  });
  assert.equal(spool.size, 1);
  assert.equal((await openSpool({ folder: folder.path, maxEntries: 100, log })).size, 1);
  mesh.answers = true;
  await relaying(spool, mesh, async () => await until(() => spool.size === 0));
});

test("a backlog larger than the calls in flight drains", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 300, log });
  const mesh = createReceivingMesh();
  mesh.failures = 150;
  await relaying(spool, mesh, async () => {
    await Promise.all(Array.from({ length: 200 }, async (_, index) => await spool.add(message(`doc_${index}`), { maybeKnown: false })));
    await until(() => spool.size === 0);
  });
  assert.equal(new Set(idsOf(mesh)).size, 200);
  assert.equal(mesh.received.length, 200);
});
