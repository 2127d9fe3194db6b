import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import { createLogger } from "../runtime/log.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { openSpool } from "./spool.ts";

const log = createLogger({ level: "silent" });
const fresh = { maybeKnown: false };

function message(documentId: string, receivedAtMs = 1n): DocumentReceived {
  return DocumentReceived.fromPartial({ head: { tenant: "acme", documentId, revision: 1, receivedAtMs, sourceSha256: "ab" } });
}

test("entries survive a restart in order of arrival and are then marked as maybe known", async () => {
  await using folder = await temporaryFolder();
  const options = { folder: folder.path, maxEntries: 10, log };
  const spool = await openSpool(options);
  await spool.add(message("doc_b", 1n), fresh);
  await spool.add(message("doc_a", 2n), fresh);
  assert.deepEqual(
    spool.entries().map((entry) => entry.maybeKnown),
    [false, false],
  );
  const again = await openSpool(options);
  assert.deepEqual(
    again.entries().map((entry) => entry.message),
    [message("doc_b", 1n), message("doc_a", 2n)],
  );
  assert.deepEqual(
    again.entries().map((entry) => entry.maybeKnown),
    [true, true],
  );
});

test("a full spool refuses with RESOURCE_EXHAUSTED, takes known documents, and has room after a removal", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 2, log });
  await spool.add(message("doc_a"), fresh);
  await spool.add(message("doc_b"), fresh);
  assert.equal(spool.hasRoom, false);
  await assert.rejects(spool.add(message("doc_c"), fresh), { code: "RESOURCE_EXHAUSTED" });
  await spool.add(message("doc_a"), fresh);
  assert.equal(spool.size, 2);
  await spool.remove("doc_a-r1");
  await spool.add(message("doc_c"), fresh);
  assert.deepEqual((await readdir(folder.path)).sort(), ["doc_b-r1.received", "doc_c-r1.received"]);
});

test("the limit also holds for additions at the same time, and the same document is written once", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 3, log });
  const added: string[] = [];
  spool.onAdded((entry) => added.push(entry.key));
  const results = await Promise.allSettled(["a", "a", "b", "c", "d", "e"].map(async (id) => await spool.add(message(`doc_${id}`), fresh)));
  assert.equal(results.filter((result) => result.status === "rejected").length, 2);
  assert.deepEqual(added.sort(), ["doc_a-r1", "doc_b-r1", "doc_c-r1"]);
});

test("a flipped bit sets the entry aside, and leftovers of a crash are removed", async () => {
  await using folder = await temporaryFolder();
  const options = { folder: folder.path, maxEntries: 10, log };
  const spool = await openSpool(options);
  await spool.add(message("doc_a"), fresh);
  await spool.add(message("doc_b"), fresh);
  const path = join(folder.path, "doc_a-r1.received");
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
  await writeFile(path, bytes);
  await writeFile(join(folder.path, "doc_c-r1.received.tmp"), "half");
  await writeFile(join(folder.path, "doc_d-r1.received"), "");
  const again = await openSpool(options);
  assert.deepEqual(
    again.entries().map((entry) => entry.key),
    ["doc_b-r1"],
  );
  assert.deepEqual((await readdir(folder.path)).sort(), ["doc_a-r1.received.damaged", "doc_b-r1.received", "doc_d-r1.received.damaged"]);
});

test("a message without a head is refused", async () => {
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 10, log });
  await assert.rejects(spool.add({ head: undefined }, fresh), { code: "INVALID_ARGUMENT" });
});
