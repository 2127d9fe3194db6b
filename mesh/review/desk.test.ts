import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentReviewRequested, DocumentType, DocumentUnderstood, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { OutgoingEvent } from "../../runtime/nats.ts";
import type { AuditEntryInput } from "../audit-trail.ts";
import type { Authorize } from "../authorize.ts";
import type { HubMessage } from "../hub-events.ts";
import { sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { openSampleHome, type SampleHome } from "../../test/samples/home.ts";
import { type DocumentRecord, documents } from "../store/documents.ts";
import { recordRef } from "../store/object-ref.ts";
import { reviews } from "../store/reviews.ts";
import { createReviewDesk, type DeskRequest, LEASE_MS } from "./desk.ts";
import { createReviewStage } from "./stage.ts";

const HEAD = sampleHead();
const { documentId } = HEAD;

interface Options {
  readonly authorize?: Authorize;
  readonly publishFails?: boolean;
  readonly auditFails?: boolean;
  readonly state?: DocumentRecord["state"];
}

/** A document that the review stage has queued, and the desk over it. */
async function setUp(home: SampleHome, options: Options = {}) {
  const queue = await home.store.collection(reviews);
  const records = await home.store.collection(documents);
  const published: HubMessage[] = [];
  const stage = createReviewStage({
    reviews: queue,
    publisher: { publish: async (message) => void published.push(message) },
    hubName: "main",
  });
  const artefacts = await home.put(HEAD, sampleUnderstanding(DocumentType.DETERMINATION_LETTER));
  const message = DocumentReviewRequested.fromPartial({ head: HEAD, ...artefacts, images: [artefacts.understanding] });
  const outcome = await stage.run(message, home.context(HEAD));
  assert.ok(HEAD.original !== undefined && HEAD.manifest !== undefined);
  const record: DocumentRecord = {
    documentId,
    revision: 1,
    sourceSha256: HEAD.sourceSha256,
    original: recordRef(HEAD.original),
    manifest: recordRef(HEAD.manifest),
    receivedAtMs: Number(HEAD.receivedAtMs),
    updatedAtMs: home.world.now(),
    steps: {},
    failures: { read: 2 },
    state: options.state ?? "in_review",
  };
  await records.insert("acme", documentId, record, home.signal);
  const entries: AuditEntryInput[] = [];
  const events: OutgoingEvent[] = [];
  const desk = createReviewDesk({
    reviews: queue,
    documents: records,
    objects: home.objects,
    world: home.world,
    authorize: options.authorize ?? (() => undefined),
    mask: (name, value) => `masked ${name} ${value.length}`,
    audit: {
      append: async (entry) => {
        if (options.auditFails === true)
          throw new PayerHubError("UNAVAILABLE", "appending to the audit log: planted, a durable entry is required");
        entries.push(entry);
        return { id: entry.id, seq: entries.length };
      },
    },
    publish: async (event) => {
      if (options.publishFails === true) throw new PayerHubError("UNAVAILABLE", "publishing: planted, a broker is required");
      events.push(event);
    },
  });
  const request: DeskRequest = { tenant: "acme", documentId, reviewer: "ines", purpose: "COVERAGE", signal: home.signal };
  const recordNow = async () => (await records.get("acme", documentId, home.signal))?.value;
  return { queue, records, published, stage, message, outcome, entries, events, desk, request, recordNow };
}

const list = { tenant: "acme", state: "open", limit: 10 } as const;

test("the stage queues the document once and tells the hub that it waits, without its content", async () => {
  await using home = await openSampleHome();
  const { stage, message, outcome, published, desk } = await setUp(home);
  await stage.run(message, home.context(HEAD));
  assert.deepEqual(outcome, { next: undefined, facts: { state: "in_review", reasons: [] } });
  assert.equal((await desk.list({ ...list, signal: home.signal })).items.length, 1);
  assert.equal(new Set(published.map((one) => JSON.stringify(one))).size, 1);
  assert.deepEqual([published[0]?.type, published[0]?.subject, published[0]?.data.bundleJson], ["document.needs_review", documentId, ""]);
  assert.doesNotMatch(JSON.stringify(published), /Maren|W284716093/);
});

test("a redelivery does not take an item back from who works on it", async () => {
  await using home = await openSampleHome();
  const { stage, message, desk, request } = await setUp(home);
  await desk.claim(request);
  await stage.run(message, home.context(HEAD));
  assert.equal((await desk.list({ ...list, state: "claimed", signal: home.signal })).items[0]?.value.lease?.reviewer, "ines");
});

test("the queue is filtered by type and payer, and another tenant sees nothing", async () => {
  await using home = await openSampleHome();
  const { desk } = await setUp(home);
  const count = async (filter: object) => (await desk.list({ ...list, ...filter, signal: home.signal })).items.length;
  assert.equal(await count({ documentType: "determination_letter" }), 1);
  assert.equal(await count({ documentType: "claim_form" }), 0);
  assert.equal(await count({ payerId: "aetna" }), 1);
  assert.equal(await count({ payerId: "aetna", documentType: "determination_letter" }), 1);
  assert.equal(await count({ payerId: "uhc", documentType: "determination_letter" }), 0);
  assert.equal(await count({ tenant: "other" }), 0);
});

test("a look is audited first, and masked unless revealed", async () => {
  await using home = await openSampleHome();
  const { desk, request, entries } = await setUp(home);
  const masked = await desk.show({ ...request, reveal: false });
  assert.doesNotMatch(JSON.stringify(masked), /Maren|W284716093|1984/);
  const revealed = await desk.show({ ...request, reveal: true });
  const member = revealed.fields.find(({ name }) => name === "member.id");
  assert.deepEqual([member?.value, member?.page, member?.box?.x0, member?.confidence], ["W284716093", 1, 10, 0.97]);
  assert.deepEqual(
    entries.map(({ action, actor, purpose, resource }) => [action, actor, purpose, resource]),
    [
      ["review.show", "person:ines", "COVERAGE", `document/${documentId}`],
      ["review.reveal", "person:ines", "COVERAGE", `document/${documentId}`],
    ],
  );
});

test("without an audit entry nothing is shown and nothing is settled", async () => {
  await using home = await openSampleHome();
  const { desk, request, recordNow } = await setUp(home, { auditFails: true });
  await assert.rejects(desk.show({ ...request, reveal: false }), { code: "UNAVAILABLE" });
  await assert.rejects(desk.settle(request, { outcome: "accept", fields: {} }), { code: "UNAVAILABLE" });
  assert.equal((await recordNow())?.revision, 1);
});

test("a denied look is refused and audited as denied", async () => {
  await using home = await openSampleHome();
  const { desk, request, entries } = await setUp(home, {
    authorize: ({ action, purpose }) => (action === "reveal" || purpose === "HMARKT" ? "role.not_granted" : undefined),
  });
  await assert.rejects(desk.show({ ...request, reveal: true }), { code: "PERMISSION_DENIED" });
  await assert.rejects(desk.settle({ ...request, purpose: "HMARKT" }, { outcome: "accept", fields: {} }), { code: "PERMISSION_DENIED" });
  await desk.show({ ...request, reveal: false });
  assert.deepEqual(
    entries.map(({ action }) => action),
    ["review.reveal.denied", "review.settle.denied", "review.show"],
  );
});

test("a lease keeps others away for ten minutes, is renewed by its holder, and then ends", async () => {
  await using home = await openSampleHome();
  const { desk, request } = await setUp(home);
  const other = { ...request, reviewer: "otto" };
  await desk.claim(request);
  await assert.rejects(desk.claim(other), { code: "ABORTED" });
  await assert.rejects(desk.settle(other, { outcome: "accept", fields: {} }), { code: "ABORTED" });
  home.world.advance(LEASE_MS - 1);
  await desk.claim(request);
  home.world.advance(LEASE_MS - 1);
  await assert.rejects(desk.claim(other), { code: "ABORTED" });
  home.world.advance(2);
  assert.equal((await desk.claim(other)).lease?.reviewer, "otto");
});

test("a verdict writes the corrected fields under the next revision and sends the document on", async () => {
  await using home = await openSampleHome();
  const { desk, request, events, recordNow, queue } = await setUp(home);
  const settled = await desk.settle(request, { outcome: "accept", decision: "denied", fields: { "member.id": "W284716099" } });
  assert.deepEqual(settled, { revision: 2, state: "understood" });
  const record = await recordNow();
  assert.ok(record !== undefined);
  const { revision, state, decision, settledByPerson, failures, steps } = record;
  assert.deepEqual([revision, state, decision, settledByPerson, failures], [2, "understood", "denied", true, {}]);
  const [event] = events;
  assert.ok(event !== undefined);
  assert.equal(event.subject, "documents.v1.acme.document.understood");
  const message = DocumentUnderstood.decode(event.payload);
  assert.deepEqual([message.head?.revision, message.settledByPerson, message.images.length], [2, true, 1]);
  assert.ok(message.understanding !== undefined);
  const corrected = await home.objects.readMessage("acme", message.understanding, Understanding, home.signal);
  assert.equal(corrected.fields.find(({ name }) => name === "member.id")?.method, "person");
  assert.equal(steps["verdict"]?.next?.eventId, event.envelope.id, "the outbox holds the event");
  assert.equal((await queue.get("acme", `${documentId}.r1`, home.signal))?.value.settled?.outcome, "accept");
  assert.doesNotMatch(JSON.stringify([event.subject, event.envelope]), /W2847|Maren/);
});

test("of two reviewers who settle at once, one wins and the other learns of it", async () => {
  await using home = await openSampleHome();
  const { desk, request, events, recordNow } = await setUp(home);
  const results = await Promise.allSettled([
    desk.settle(request, { outcome: "accept", fields: { "member.id": "W111111111" } }),
    desk.settle({ ...request, reviewer: "otto" }, { outcome: "accept", fields: { "member.id": "W222222222" } }),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const lost = results.find((result) => result.status === "rejected");
  assert.ok(lost?.reason instanceof PayerHubError && ["ABORTED", "FAILED_PRECONDITION"].includes(lost.reason.code));
  assert.equal(events.length, 1);
  assert.equal((await recordNow())?.revision, 2);
});

test("a settled document cannot be settled or shown again", async () => {
  await using home = await openSampleHome();
  const { desk, request } = await setUp(home);
  await desk.settle(request, { outcome: "accept", fields: {} });
  await assert.rejects(desk.settle(request, { outcome: "accept", fields: {} }), { code: "FAILED_PRECONDITION" });
  await assert.rejects(desk.show({ ...request, reveal: false }), { code: "FAILED_PRECONDITION" });
});

test("a refused verdict changes nothing", async () => {
  await using home = await openSampleHome();
  const { desk, request, recordNow, events } = await setUp(home);
  await assert.rejects(desk.settle(request, { outcome: "accept", fields: { "no.field": "x" } }), { code: "INVALID_ARGUMENT" });
  assert.deepEqual([(await recordNow())?.revision, events.length], [1, 0]);
});

test("when the broker is away the verdict stands in the outbox for the reconciler", async () => {
  await using home = await openSampleHome();
  const { desk, request, recordNow } = await setUp(home, { publishFails: true });
  await assert.rejects(desk.settle(request, { outcome: "accept", fields: {} }), { code: "UNAVAILABLE" });
  const record = await recordNow();
  assert.deepEqual([record?.revision, record?.state, record?.steps["verdict"]?.next?.name], [2, "understood", "understood"]);
});

test("a rejected document ends quarantined with the reason", async () => {
  await using home = await openSampleHome();
  const { desk, request, recordNow, events } = await setUp(home);
  assert.deepEqual(await desk.settle(request, { outcome: "reject", fields: {} }), { revision: 1, state: "quarantined" });
  assert.deepEqual((await recordNow())?.reasons, ["rejected by reviewer"]);
  assert.equal(events[0]?.subject, "documents.v1.acme.document.quarantined");
});

test("a quarantined or withheld document is retried from its start, any other is not", async () => {
  for (const state of ["quarantined", "withheld"] as const) {
    await using home = await openSampleHome();
    const { desk, request, recordNow, events, entries } = await setUp(home, { state });
    assert.deepEqual(await desk.retry(request), { revision: 2 });
    assert.deepEqual([(await recordNow())?.state, events[0]?.subject], ["received", "documents.v1.acme.document.received"]);
    assert.deepEqual(
      entries.map(({ action }) => action),
      ["review.retry"],
    );
    await assert.rejects(desk.retry(request), { code: "FAILED_PRECONDITION" });
  }
  await using home = await openSampleHome();
  const { desk, request } = await setUp(home, { state: "delivered" });
  await assert.rejects(desk.retry(request), { code: "FAILED_PRECONDITION" });
  await assert.rejects(desk.retry({ ...request, documentId: "doc_none" }), { code: "NOT_FOUND" });
  await assert.rejects(desk.retry({ ...request, tenant: "other" }), { code: "NOT_FOUND" });
});
