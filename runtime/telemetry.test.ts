import assert from "node:assert/strict";
import { test } from "node:test";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { PayerHubError } from "./error.ts";
import { createTelemetry, parseTraceparent } from "./telemetry.ts";

function recording() {
  const exporter = new InMemorySpanExporter();
  return { exporter, telemetry: createTelemetry({ processors: [new SimpleSpanProcessor(exporter)], readers: [] }) };
}

test("one trace id runs through a chain of messages, with links across the queue", async () => {
  const { exporter, telemetry } = recording();
  const first = await telemetry.span("edge.accept", { kind: "producer", fields: { tenant: "acme" } }, async (traceparent) => traceparent);
  const second = await telemetry.span(
    "mesh.read",
    { kind: "consumer", fields: { stage: "read" }, linkedTo: first },
    async (traceparent) => traceparent,
  );
  assert.equal(parseTraceparent(first)?.traceId, parseTraceparent(second)?.traceId);
  const [, consumer] = exporter.getFinishedSpans();
  assert.equal(consumer?.links[0]?.context.spanId, parseTraceparent(first)?.spanId);
  assert.equal(consumer?.attributes["payerhub.stage"], "read");
  await telemetry.stop();
});

test("a failure marks the span with the code only and is thrown on", async () => {
  const { exporter, telemetry } = recording();
  const failing = telemetry.span("mesh.map", { kind: "consumer", fields: {} }, async () => {
    throw new PayerHubError("DATA_LOSS", "reading an object of member 123");
  });
  await assert.rejects(failing, /reading an object/);
  assert.deepEqual(exporter.getFinishedSpans()[0]?.status.message, "DATA_LOSS");
  await telemetry.stop();
});

test("a foreign traceparent that is malformed starts a new trace", async () => {
  const { telemetry } = recording();
  for (const bad of ["", "01-x", "00-ABC-1-01", `00-${"0".repeat(31)}-${"0".repeat(16)}-01`])
    assert.equal(parseTraceparent(bad), undefined);
  const traceparent = await telemetry.span("x", { kind: "consumer", fields: {}, linkedTo: "garbage" }, async (own) => own);
  assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  await telemetry.stop();
});
