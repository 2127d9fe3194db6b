import assert from "node:assert/strict";
import { test } from "node:test";
import { HubEvent } from "../proto/hub/v1/hub.pb.ts";
import type { OutgoingEvent } from "../runtime/nats.ts";
import type { HubMessage } from "./hub-events.ts";
import { cloudEventOf, createHubPublisher } from "./hub-publisher.ts";

const message: HubMessage = {
  id: "e1",
  type: "claim.updated",
  tenant: "acme",
  hub: "main",
  time: "2026-11-22T10:00:00.000Z",
  subject: "case-1",
  data: HubEvent.create({ documentId: "doc_1", revision: 1, confidence: 0.97, bundleJson: '{"resourceType":"Bundle"}' }),
};

test("a hub gets CloudEvents JSON with the Bundle as a value, not as text", () => {
  const event = cloudEventOf(message);
  assert.equal(event["specversion"], "1.0");
  assert.equal(event["type"], "claim.updated");
  assert.deepEqual((event["data"] as { bundle: unknown }).bundle, { resourceType: "Bundle" });
  assert.equal("bundleJson" in (event["data"] as object), false);
});

test("an event without a Bundle has none", () => {
  const event = cloudEventOf({ ...message, data: { ...message.data, bundleJson: "" } });
  assert.equal("bundle" in (event["data"] as object), false);
});

test("the subject holds tenant, hub and type, the duplicate key is the event id", async () => {
  const sent: OutgoingEvent[] = [];
  const publisher = createHubPublisher({ publish: async (event) => ({ duplicate: sent.push(event) < 0 }) });
  await publisher.publish(message, new AbortController().signal);
  assert.equal(sent[0]?.subject, "hub.v1.acme.main.claim.updated");
  assert.equal(sent[0]?.envelope.id, "e1");
  assert.equal(sent[0]?.envelope.contentType, "application/cloudevents+json");
});

test("an event beyond the broker's limit and a hub name that is no token are refused", async () => {
  const publisher = createHubPublisher({ publish: async () => ({ duplicate: false }) });
  const big = { ...message, data: { ...message.data, bundleJson: JSON.stringify({ text: "x".repeat(8 * 1024 * 1024) }) } };
  await assert.rejects(publisher.publish(big, new AbortController().signal), /it may have/);
  await assert.rejects(publisher.publish({ ...message, hub: "a.b" }, new AbortController().signal), /naming a hub/);
});
