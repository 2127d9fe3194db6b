import assert from "node:assert/strict";
import { test } from "node:test";
import { headers } from "@nats-io/nats-core";
import fc from "fast-check";
import { type Envelope, fromHeaders, toHeaders } from "./envelope.ts";

const envelope: Envelope = {
  id: "e1",
  source: "/payerhub/mesh/read",
  type: "document.read",
  time: "2026-11-22T10:00:00.000Z",
  subject: "doc_1",
  tenant: "acme",
  correlationId: "doc_1",
  causationId: "e0",
  contentType: "application/protobuf",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

test("an envelope survives the way through headers", () => {
  assert.deepEqual(fromHeaders(toHeaders(envelope)), envelope);
});

test("any text survives, and no raw control or non-ASCII character reaches the wire", () => {
  const text = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" });
  fc.assert(
    fc.property(text, text, (id, source) => {
      const sent = toHeaders({ ...envelope, id, source });
      for (const key of sent.keys()) assert.match(sent.get(key), /^[\x20-\x7e]*$/);
      assert.deepEqual(fromHeaders(sent), { ...envelope, id, source });
    }),
  );
});

test("the message id is the event id unless another is named", () => {
  assert.equal(toHeaders(envelope).get("Nats-Msg-Id"), "e1");
  assert.equal(toHeaders(envelope, "e1.redrive.4").get("Nats-Msg-Id"), "e1.redrive.4");
});

for (const missing of ["ce-id", "ce-type", "ce-tenant", "ce-time", "Content-Type", "ce-specversion"]) {
  test(`headers without ${missing} are refused`, () => {
    const sent = toHeaders(envelope);
    sent.delete(missing);
    assert.throws(() => fromHeaders(sent), /INVALID_ARGUMENT|reading an event's headers/);
  });
}

test("no headers at all, broken percent-encoding and an over-long value are refused", () => {
  assert.throws(() => fromHeaders(undefined), /ce-specversion/);
  assert.throws(() => fromHeaders(headers()), /ce-specversion/);
  const broken = toHeaders(envelope);
  broken.set("ce-source", "%zz");
  assert.throws(() => fromHeaders(broken), /percent-encoding/);
  assert.throws(() => fromHeaders(toHeaders({ ...envelope, id: "x".repeat(600) })), /"id"/);
});
