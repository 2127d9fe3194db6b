import assert from "node:assert/strict";
import { test } from "node:test";
import { Svcm } from "@nats-io/services";
import { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import { GetDocumentStatusResponse, QueryStatusRequest } from "../proto/intake/v1/intake.pb.ts";
import { fromHeaders } from "../runtime/envelope.ts";
import { createLogger } from "../runtime/log.ts";
import { type Bus, connectBus } from "../runtime/nats.ts";
import { STATUS_SUBJECT } from "../runtime/subjects.ts";
import { systemWorld } from "../runtime/world.ts";
import { startNats } from "../test/servers/nats.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createNatsPublisher, createNatsStatusQuery } from "./nats-publisher.ts";
import { DEFAULT_RELAY_PACE, runRelay } from "./relay.ts";
import { openSpool } from "./spool.ts";

const log = createLogger({ level: "silent" });
const world = systemWorld();
const signal = new AbortController().signal;

function message(documentId: string): DocumentReceived {
  return DocumentReceived.fromPartial({ head: { tenant: "acme", documentId, revision: 1, receivedAtMs: 1_700_000_000_000n } });
}

async function busTo(nats: { readonly url: string; readonly token: string }): Promise<Bus & AsyncDisposable> {
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "edge-test", log, signal });
  return { ...bus, [Symbol.asyncDispose]: async () => await bus.stop() };
}

async function stored(bus: Bus): Promise<number> {
  return (await bus.manager.streams.info("DOCUMENTS")).state.messages;
}

async function provision(bus: Bus): Promise<void> {
  await bus.manager.streams.add({ name: "DOCUMENTS", subjects: ["documents.v1.*.document.*"] });
}

/** A mesh that knows the documents in the set. */
async function serveStatus(bus: Bus, known: ReadonlySet<string>): Promise<void> {
  const service = await new Svcm(bus.connection).add({ name: "status", version: "1.0.0" });
  service.addEndpoint("status", {
    subject: STATUS_SUBJECT,
    handler: (_error, request) => {
      const { documentId } = QueryStatusRequest.decode(request.data);
      if (documentId === "broken") {
        request.respondError(13, "INTERNAL");
        return;
      }
      const answer = known.has(documentId) ? { documentId, state: "received" } : {};
      request.respond(GetDocumentStatusResponse.encode(GetDocumentStatusResponse.fromPartial(answer)).finish());
    },
  });
  await bus.connection.flush();
}

test("an event is stored once however often it is published, and once more for each repeat, with the same event id", async () => {
  await using nats = await startNats();
  await using bus = await busTo(nats);
  await provision(bus);
  const publisher = createNatsPublisher(bus);
  for (const repeat of [0, 0, 1, 1]) await publisher.publishReceived(message("doc_a"), { repeat, signal });
  await publisher.publishReceived(message("doc_b"), { repeat: 0, signal });
  assert.equal(await stored(bus), 3);
  const direct = async (seq: number) => await bus.manager.streams.getMessage("DOCUMENTS", { seq });
  const [first, second] = [await direct(1), await direct(2)];
  assert.ok(first !== null && second !== null);
  const envelope = fromHeaders(first.header);
  assert.deepEqual(fromHeaders(second.header), envelope);
  assert.deepEqual(
    [envelope.tenant, envelope.subject, envelope.type, envelope.time],
    ["acme", "doc_a", "document.received", "2023-11-14T22:13:20.000Z"],
  );
  assert.equal(first.subject, "documents.v1.acme.document.received");
  assert.deepEqual(DocumentReceived.decode(first.data), message("doc_a"));
});

test("a status question tells known, unknown, failing and absent apart", async () => {
  await using nats = await startNats();
  await using bus = await busTo(nats);
  const status = createNatsStatusQuery(bus);
  await assert.rejects(status.query("acme", "doc_a", signal), { code: "UNAVAILABLE" });
  await serveStatus(bus, new Set(["doc_a"]));
  assert.equal((await status.query("acme", "doc_a", signal))?.state, "received");
  assert.equal(await status.query("acme", "doc_b", signal), undefined);
  await assert.rejects(status.query("acme", "broken", signal), { code: "UNAVAILABLE" });
});

test("the relay brings every document through a broker that is killed and comes back", async () => {
  await using nats = await startNats();
  await using bus = await busTo(nats);
  await provision(bus);
  await using folder = await temporaryFolder();
  const spool = await openSpool({ folder: folder.path, maxEntries: 100, log });
  const known = new Set<string>();
  await serveStatus(bus, known);
  const stopping = new AbortController();
  const pace = { ...DEFAULT_RELAY_PACE, receiptMs: 50, maxReceiptMs: 200 };
  const parts = { spool, publisher: createNatsPublisher(bus), status: createNatsStatusQuery(bus), world, log, pace };
  const relay = runRelay(parts, stopping.signal);
  const ids = Array.from({ length: 20 }, (_, index) => `doc_${index}`);
  for (const id of ids.slice(0, 10)) await spool.add(message(id), { maybeKnown: false });
  await nats.crash();
  for (const id of ids.slice(10)) await spool.add(message(id), { maybeKnown: false });
  await nats.restart();
  while ((await stored(bus).catch(() => 0)) < ids.length) await world.sleep(50, AbortSignal.timeout(30_000));
  assert.equal(spool.size, ids.length);
  for (const id of ids) known.add(id);
  while (spool.size > 0) await world.sleep(20, AbortSignal.timeout(30_000));
  stopping.abort();
  await relay;
  assert.equal(await stored(bus), ids.length);
});
