import assert from "node:assert/strict";
import { test } from "node:test";
import { startNats } from "../test/servers/nats.ts";
import type { Envelope } from "./envelope.ts";
import { PayerHubError } from "./error.ts";
import { createLogger } from "./log.ts";
import { assertServerVersion, connectBus } from "./nats.ts";

const log = createLogger({ level: "silent" });
const live = () => new AbortController().signal;

const envelope: Envelope = {
  id: "e1",
  source: "/test",
  type: "test.event",
  time: new Date(0).toISOString(),
  subject: "doc",
  tenant: "acme",
  correlationId: "doc",
  contentType: "application/octet-stream",
};

test("a broker below 2.14 is refused by version", () => {
  assert.throws(
    () => assertServerVersion("2.10.27"),
    (error) => error instanceof PayerHubError && error.code === "FAILED_PRECONDITION",
  );
  assert.throws(() => assertServerVersion("unknown"), /unknown/);
  assert.doesNotThrow(() => assertServerVersion("2.14.0"));
  assert.doesNotThrow(() => assertServerVersion("3.0.1"));
});

test("the bus publishes once per message id, survives a broker crash, and closes without leaks", async (t) => {
  await using nats = await startNats();
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "test", log, signal: live() });
  t.after(async () => await bus.stop());
  await bus.manager.streams.add({ name: "T", subjects: ["t.>"] });
  const event = { subject: "t.a", envelope, payload: new Uint8Array([1]) };

  assert.deepEqual(await bus.publish(event, live()), { duplicate: false });
  assert.deepEqual(await bus.publish(event, live()), { duplicate: true });
  assert.deepEqual(await bus.publish({ ...event, messageId: "e1.redrive.1" }, live()), { duplicate: false });

  await nats.crash();
  await assert.rejects(
    bus.publish({ ...event, messageId: "down" }, AbortSignal.timeout(1_000)),
    (error) => error instanceof PayerHubError && error.retryable,
  );
  await nats.restart();
  let stored = false;
  for (let attempt = 0; attempt < 40 && !stored; attempt++) {
    stored = await bus.publish({ ...event, messageId: "again" }, AbortSignal.timeout(1_000)).then(
      () => true,
      () => false,
    );
  }
  assert.equal(stored, true);
  const info = await bus.manager.streams.info("T");
  assert.ok(info.state.messages >= 3);
});

test("an aborted signal ends a publish with CANCELLED and a wrong token is an outage with a reason", async (t) => {
  await using nats = await startNats();
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "test", log, signal: live() });
  t.after(async () => await bus.stop());
  const event = { subject: "t.a", envelope, payload: new Uint8Array([1]) };
  await assert.rejects(bus.publish(event, AbortSignal.abort()), (error) => error instanceof PayerHubError && error.code === "CANCELLED");
  await assert.rejects(
    bus.request("nobody.there", new Uint8Array(), live()),
    (error) => error instanceof PayerHubError && error.code === "UNAVAILABLE",
  );
  await assert.rejects(
    connectBus({ url: nats.url, token: "wrong", name: "test", log, signal: AbortSignal.timeout(4_000) }),
    /connecting to the broker/,
  );
});
