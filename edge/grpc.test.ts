import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type ClientWritableStream, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { IntakeServiceClient, type SubmitDocumentRequest, type SubmitDocumentResponse } from "../proto/intake/v1/intake.pb.ts";
import { documentIdOf } from "../runtime/document-id.ts";
import { startTestEdge, type TestEdge } from "../test/servers/edge.ts";
import { createIntakeClient } from "./intake-client.ts";

type Part = NonNullable<SubmitDocumentRequest["part"]>;

const HEADER: Part = { $case: "header", header: { fileName: "fax.tif", contentType: "image/tiff", sender: "+15550100", caseId: "c-1" } };
const chunk = (bytes: Uint8Array): Part => ({ $case: "chunk", chunk: Buffer.from(bytes) });
const trailer = (sha256: string): Part => ({ $case: "trailer", trailer: { sha256 } });
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface RawCall {
  readonly call: ClientWritableStream<SubmitDocumentRequest>;
  readonly answer: Promise<SubmitDocumentResponse>;
}

/** A call that sends what it is told, in whatever order. */
async function rawCall(test: TestEdge, authorization?: string): Promise<RawCall & Disposable> {
  const client = new IntakeServiceClient(`127.0.0.1:${test.edge.grpcPort}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", authorization ?? `Bearer ${await test.token()}`);
  const { promise, resolve, reject } = Promise.withResolvers<SubmitDocumentResponse>();
  promise.catch(() => {});
  const call = client.submitDocument(metadata, (error: ServiceError | null, response) =>
    error === null ? resolve(response) : reject(error),
  );
  call.on("error", () => {});
  return { call, answer: promise, [Symbol.dispose]: () => client.close() };
}

async function sendParts(test: TestEdge, parts: readonly Part[]): Promise<SubmitDocumentResponse> {
  using raw = await rawCall(test);
  for (const part of parts) raw.call.write({ part });
  raw.call.end();
  return await raw.answer;
}

/** Nothing of an upload may be left: no temporary file, no object, no spool entry. */
async function assertNothingKept(test: TestEdge): Promise<void> {
  for (let tries = 0; tries < 200 && (await test.staged()).length > 0; tries += 1) await delay(10);
  assert.deepEqual(await test.staged(), []);
  assert.deepEqual(await test.keys(), []);
  assert.equal(test.edge.spoolSize(), 0);
}

test("a document is durable, has the derived id and reaches the mesh; the same bytes again are a duplicate", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(700_000);
  const first = await edge.client.submitStream({ fileName: "a.pdf", chunks: once(bytes) });
  assert.deepEqual(first, {
    documentId: documentIdOf("acme", digest(bytes)),
    duplicate: false,
    sha256: digest(bytes),
    sizeBytes: 700_000n,
  });
  const again = await edge.client.submitStream({ fileName: "b.pdf", chunks: once(bytes) });
  assert.deepEqual(again, { ...first, duplicate: true });
  assert.equal((await edge.client.status(first.documentId)).state, "received");
});

test("other tenants get another id for the same bytes and cannot see the first", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(1_000);
  const own = await edge.client.submitStream({ fileName: "a.pdf", chunks: once(bytes) });
  const other = createIntakeClient({ address: `127.0.0.1:${edge.edge.grpcPort}`, token: async () => await edge.token("other") });
  await assert.rejects(other.status(own.documentId), { code: "NOT_FOUND" });
  const theirs = await other.submitStream({ fileName: "a.pdf", chunks: once(bytes) });
  assert.equal(theirs.duplicate, false);
  assert.notEqual(theirs.documentId, own.documentId);
  other.close();
});

test("a document that only the edge knows is accepted, an unknown or malformed id is not found", async () => {
  await using edge = await startTestEdge();
  edge.mesh.answers = false;
  const { documentId } = await edge.client.submitStream({ fileName: "a.pdf", chunks: once(randomBytes(10)) });
  assert.equal((await edge.client.status(documentId)).state, "accepted");
  for (const id of [documentIdOf("acme", digest(randomBytes(1))), "", "doc_1", "../../etc/passwd", `${documentId}x`]) {
    await assert.rejects(edge.client.status(id), { code: "NOT_FOUND" });
  }
});

test("every wrong order of messages is refused and leaves nothing behind", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(100);
  const wrong: Record<string, Part[]> = {
    nothing: [],
    "chunk before header": [chunk(bytes), trailer(digest(bytes))],
    "trailer before header": [trailer(digest(bytes))],
    "header twice": [HEADER, HEADER, chunk(bytes), trailer(digest(bytes))],
    "header after chunk": [HEADER, chunk(bytes), HEADER, trailer(digest(bytes))],
    "no trailer": [HEADER, chunk(bytes)],
    "chunk after trailer": [HEADER, chunk(bytes), trailer(digest(bytes)), chunk(bytes)],
    "trailer twice": [HEADER, chunk(bytes), trailer(digest(bytes)), trailer(digest(bytes))],
    "digest of other bytes": [HEADER, chunk(bytes), trailer(digest(randomBytes(1)))],
    "malformed digest": [HEADER, chunk(bytes), trailer("abc")],
    "no bytes": [HEADER, trailer(digest(Buffer.alloc(0)))],
    "empty chunks only": [HEADER, chunk(Buffer.alloc(0)), trailer(digest(Buffer.alloc(0)))],
  };
  for (const [what, parts] of Object.entries(wrong)) {
    await assert.rejects(sendParts(edge, parts), { code: status.INVALID_ARGUMENT }, what);
  }
  await assertNothingKept(edge);
});

test("an upper-case digest and many tiny chunks are accepted", async () => {
  await using edge = await startTestEdge();
  const bytes = randomBytes(50);
  const parts = [HEADER, ...[...bytes].map((byte) => chunk(Buffer.of(byte))), trailer(digest(bytes).toUpperCase())];
  assert.equal((await sendParts(edge, parts)).sha256, digest(bytes));
});

test("a chunk above 1 MiB is refused", async () => {
  await using edge = await startTestEdge();
  const justOver = randomBytes(1024 * 1024 + 1);
  await assert.rejects(sendParts(edge, [HEADER, chunk(justOver), trailer(digest(justOver))]), { code: status.INVALID_ARGUMENT });
  await assert.rejects(sendParts(edge, [HEADER, chunk(Buffer.alloc(3 * 1024 * 1024))]), { code: status.RESOURCE_EXHAUSTED });
  await assertNothingKept(edge);
});

test("calls without a valid token or scope are refused before any byte is read", async () => {
  await using edge = await startTestEdge();
  const readOnly = await edge.edge.tokens.issue({ clientId: "reader", tenant: "acme", scopes: ["documents.read"] });
  const refused: readonly (readonly [string, number])[] = [
    ["", status.UNAUTHENTICATED],
    ["Bearer nonsense", status.UNAUTHENTICATED],
    [`Bearer ${readOnly.accessToken}`, status.PERMISSION_DENIED],
  ];
  for (const [authorization, code] of refused) {
    using raw = await rawCall(edge, authorization);
    raw.call.write({ part: HEADER });
    await assert.rejects(raw.answer, { code });
  }
  await assertNothingKept(edge);
});

test("an upload beyond the limit is refused while it is still being sent, in flat memory", async () => {
  const mebibyte = 1024 * 1024;
  await using edge = await startTestEdge({ limits: { maxBytes: 64 * mebibyte } });
  const block = Buffer.alloc(mebibyte, 7);
  await edge.client.submitStream({ fileName: "warm", chunks: once(block) });
  const before = process.memoryUsage().rss;
  let peak = before;
  async function* huge(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < 200; sent += 1) {
      peak = Math.max(peak, process.memoryUsage().rss);
      yield block;
    }
  }
  await assert.rejects(edge.client.submitStream({ fileName: "huge", chunks: huge() }), { code: "RESOURCE_EXHAUSTED" });
  assert.ok(peak - before < 150 * mebibyte, `resident memory grew by ${Math.round((peak - before) / mebibyte)} MiB`);
  assert.deepEqual(await edge.staged(), []);
});

test("a refusal for size says that a retry is pointless, one for load says when to retry", async () => {
  await using edge = await startTestEdge({ limits: { maxBytes: 100, maxUploads: 1 } });
  const pushback = async (run: Promise<unknown>) => {
    const error = await run.then(
      () => assert.fail("accepted"),
      (caught: ServiceError) => caught,
    );
    assert.equal(error.code, status.RESOURCE_EXHAUSTED);
    return Number(error.metadata.get("grpc-retry-pushback-ms")[0]);
  };
  assert.ok((await pushback(sendParts(edge, [HEADER, chunk(randomBytes(101))]))) < 0);
  using holding = await rawCall(edge);
  holding.call.write({ part: HEADER });
  holding.call.write({ part: chunk(randomBytes(10)) });
  while ((await edge.staged()).length === 0) await delay(5);
  assert.ok((await pushback(sendParts(edge, [HEADER]))) > 0);
  holding.call.cancel();
});

test("a slow-loris upload ends with DEADLINE_EXCEEDED, silent or dripping, and frees its slot", async () => {
  await using edge = await startTestEdge({ limits: { idleMs: 80, uploadDeadlineMs: 400, maxUploads: 1 } });
  {
    using silent = await rawCall(edge);
    silent.call.write({ part: HEADER });
    await assert.rejects(silent.answer, { code: status.DEADLINE_EXCEEDED });
  }
  {
    using mute = await rawCall(edge);
    await assert.rejects(mute.answer, { code: status.DEADLINE_EXCEEDED });
  }
  {
    using dripping = await rawCall(edge);
    dripping.call.write({ part: HEADER });
    const drip = setInterval(() => dripping.call.write({ part: chunk(Buffer.of(1)) }), 20);
    await assert.rejects(dripping.answer, { code: status.DEADLINE_EXCEEDED });
    clearInterval(drip);
  }
  await assertNothingKept(edge);
  assert.equal((await edge.client.submitStream({ fileName: "a", chunks: once(randomBytes(9)) })).duplicate, false);
});

test("a client that cancels or breaks off leaves nothing behind", async () => {
  await using edge = await startTestEdge();
  for (const leave of [(raw: RawCall) => raw.call.cancel(), (raw: RawCall & Disposable) => raw[Symbol.dispose]()]) {
    const raw = await rawCall(edge);
    raw.call.write({ part: HEADER });
    raw.call.write({ part: chunk(randomBytes(300_000)) });
    while ((await edge.staged()).length === 0) await delay(5);
    leave(raw);
    raw.call.cancel();
    await assertNothingKept(edge);
  }
});

test("the client's abort signal cancels the upload", async () => {
  await using edge = await startTestEdge();
  const controller = new AbortController();
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; ; sent += 1) {
      if (sent === 3) controller.abort();
      yield randomBytes(1_000);
    }
  }
  await assert.rejects(edge.client.submitStream({ fileName: "a", chunks: endless() }, { signal: controller.signal }), {
    code: "CANCELLED",
  });
  await assertNothingKept(edge);
});

test("twenty uploads at a time, half of them the same bytes, end with one document per content", async () => {
  await using edge = await startTestEdge();
  const same = randomBytes(200_000);
  const contents = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? same : randomBytes(200_000)));
  const receipts = await Promise.all(contents.map(async (bytes) => await edge.client.submitStream({ fileName: "a", chunks: once(bytes) })));
  assert.equal(new Set(receipts.map(({ documentId }) => documentId)).size, 11);
  assert.equal(receipts.filter(({ duplicate }) => !duplicate).length, 11);
  while (edge.edge.spoolSize() > 0) await delay(10);
  for (const { head } of edge.mesh.received) {
    assert.ok(head?.original !== undefined);
    const sealed = edge.objects.read(head.original, new AbortController().signal);
    const plain = edge.seal.openStream(sealed, { tenant: "acme", place: "objects", id: head.original.key });
    assert.equal(digest(Buffer.concat(await Array.fromAsync(plain))), head.sourceSha256);
  }
});

test("more than 8 KiB of metadata is refused", async () => {
  await using edge = await startTestEdge();
  const client = new IntakeServiceClient(`127.0.0.1:${edge.edge.grpcPort}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${await edge.token()}`);
  metadata.set("x-padding", "p".repeat(9_000));
  const { promise, resolve } = Promise.withResolvers<ServiceError | null>();
  client.getDocumentStatus({ documentId: "x" }, metadata, (error) => resolve(error));
  assert.equal((await promise)?.code, status.RESOURCE_EXHAUSTED);
  client.close();
});

test("stop lets a running upload finish and refuses new ones", async () => {
  const edge = await startTestEdge({ limits: { drainMs: 5_000 } });
  const bytes = randomBytes(100);
  using raw = await rawCall(edge);
  raw.call.write({ part: HEADER });
  raw.call.write({ part: chunk(bytes) });
  while ((await edge.staged()).length === 0) await delay(5);
  const stopping = edge.edge.stop();
  await delay(50);
  await assert.rejects(edge.client.submitStream({ fileName: "late", chunks: once(randomBytes(5)) }), { code: "UNAVAILABLE" });
  raw.call.write({ part: trailer(digest(bytes)) });
  raw.call.end();
  assert.equal((await raw.answer).sha256, digest(bytes));
  await stopping;
  await edge[Symbol.asyncDispose]();
});

test("stop cuts off an upload that outlasts the drain limit", async () => {
  const edge = await startTestEdge({ limits: { drainMs: 50 } });
  using raw = await rawCall(edge);
  raw.call.write({ part: HEADER });
  raw.call.write({ part: chunk(randomBytes(10)) });
  while ((await edge.staged()).length === 0) await delay(5);
  await edge.edge.stop();
  await assert.rejects(raw.answer);
  await assertNothingKept(edge);
  await edge[Symbol.asyncDispose]();
});
