import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { MetricReader } from "@opentelemetry/sdk-metrics";
import type { PayerHubError } from "../runtime/error.ts";
import { createTelemetry } from "../runtime/telemetry.ts";
import { systemWorld } from "../runtime/world.ts";
import { createBatchMetrics } from "./batcher/batch-metrics.ts";
import { createBatcher } from "./batcher/batcher.ts";
import { batchLimits } from "./batcher/limits.ts";
import { createBoundedLabel } from "./bounded-label.ts";
import { responseOf, startAnswering } from "./client/answering-server.ts";
import { inferenceClientFrom } from "./client/config.ts";
import { openInference } from "./client/open-inference.ts";
import { float32Tensor } from "./tensor.ts";

const { signal } = new AbortController();
const world = systemWorld();
/** Far beyond what hedging waits for, and short enough for a call that is not hedged: its budget may be spent. */
const SLOW_MS = 300;
const input = float32Tensor("x", [1], Float32Array.of(1));

/** Collects when a test asks. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A meter, and what a reader sees: sums and counts by name and labels. */
function metered() {
  const reader = new AskedReader();
  const { meter } = createTelemetry({ processors: [], readers: [reader] });
  const read = async () => {
    const { resourceMetrics } = await reader.collect();
    const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return new Map(
      found.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const labels = Object.values(attributes).join(" ");
          return [`${descriptor.name} ${labels}`.trim(), typeof value === "number" ? value : value.count] as const;
        }),
      ),
    );
  };
  return { meter, read };
}

const short = (seen: ReadonlyMap<string, number>, prefix: string) =>
  Object.fromEntries([...seen].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));

it("a label has no more values than its bound", () => {
  const label = createBoundedLabel(2);
  assert.deepEqual(["a", "b", "c", "a", "d"].map(label), ["a", "b", "other", "a", "other"]);
});

it("a reader sees what a batcher did and what it refused", async () => {
  const { meter, read } = metered();
  const model = {
    name: "echo",
    extentOf: (length: number) => ({ rows: 1, length, bytes: 1 }),
    run: async (lengths: readonly number[]) => await Promise.resolve(lengths),
  };
  const metrics = createBatchMetrics(meter, model.name);
  const batcher = createBatcher({ model, world, limits: batchLimits({ maxLength: 8 }), ...metrics });
  await Promise.all([8, 8, 6].map(async (length) => await batcher.submit(length, { signal })));
  await assert.rejects(batcher.submit(9, { signal }), { code: "INVALID_ARGUMENT" });
  await batcher.stop();
  await assert.rejects(batcher.submit(1, { signal }), { code: "UNAVAILABLE" });
  assert.deepEqual(short(await read(), "payerhub.inference.batch."), {
    "requests echo": 1,
    "rows echo": 1,
    "padding echo": 1,
    "wait echo": 1,
    "run echo": 1,
    "closed echo idle": 1,
    "rejected echo INVALID_ARGUMENT": 1,
    "rejected echo UNAVAILABLE": 1,
  });
});

it("a reader sees calls by model and code, what is in flight, and what shadows showed", async () => {
  const hold = Promise.withResolvers<void>();
  await using server = await startAnswering({
    modelInfer: ({ request: { modelName } }, answer) => {
      if (modelName === "absent") return answer({ code: 5 });
      void (modelName === "held" ? hold.promise : Promise.resolve()).then(() => answer(null, responseOf()));
    },
  });
  const { meter, read } = metered();
  const config = inferenceClientFrom({ TRITON_SHADOW: "m=n@100" });
  const compared = Promise.withResolvers<unknown>();
  const onFailure = (error: PayerHubError) => assert.fail(error);
  const client = openInference(server.endpoint, { world, onFailure, config, meter, onCompared: compared.resolve });
  await client.infer("m", [input], { signal });
  await compared.promise;
  await assert.rejects(client.infer("absent", [input], { signal }), { code: "NOT_FOUND" });
  const held = client.infer("held", [input], { signal });
  await turn();
  const during = short(await read(), "payerhub.inference.client.");
  assert.deepEqual([during["in_flight"], during["in_flight_bytes"]], [1, 4]);
  hold.resolve();
  await held;
  assert.deepEqual(short(await read(), "payerhub.inference.client."), {
    "calls m OK": 1,
    "calls absent NOT_FOUND": 1,
    "calls held OK": 1,
    "duration m": 1,
    "duration held": 1,
    in_flight: 0,
    in_flight_bytes: 0,
    "shadow_difference m": 1,
    "shadow_copies compared": 1,
    "shadow_copies dropped": 0,
    "shadow_copies failed": 0,
  });
  client.close();
});

it("a reader sees the states of a set's servers, and calls that went to another or were hedged", async () => {
  let slow = false;
  const answering = async (isFirst: boolean) =>
    await startAnswering({
      modelInfer: (_, answer) => void (isFirst && slow ? delay(SLOW_MS) : Promise.resolve()).then(() => answer(null, responseOf())),
    });
  const first = await answering(true);
  await using second = await answering(false);
  const { meter, read } = metered();
  const config = inferenceClientFrom({ TRITON_HEDGE_PERCENT: "5" });
  const client = openInference(`${first.endpoint},${second.endpoint}`, { world, onFailure: () => {}, config, meter });
  const ready = async () => short(await read(), "payerhub.inference.client.pods ")["ready"];
  await client.infer("m", [input], { signal });
  while ((await ready()) !== 2) await turn();
  for (let calls = 0; calls < 200; calls += 1) await client.infer("m", [input], { signal });
  slow = true;
  const seen = async () => short(await read(), "payerhub.inference.client.");
  // Several at once: alone, a call goes to the server that is not slow.
  const several = async () => await Promise.all(Array.from({ length: 8 }, async () => await client.infer("m", [input], { signal })));
  while (((await seen())["hedges won"] ?? 0) === 0) await several();
  slow = false;
  first.stop();
  while (((await seen())["pods lost"] ?? 0) === 0) await several();
  const { "hedges sent": sent = 0, "hedges won": won = 0, "pods ready": left } = await seen();
  assert.ok(sent >= won && won >= 1);
  assert.equal(left, 1);
  client.close();
  await first[Symbol.asyncDispose]();
});

it("docs/metrics.md names every metric of this folder, and no other", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "docs", "metrics.md"), "utf8");
  const told = new Set([...page.matchAll(/^\| `payerhub\.inference\.([a-z_.]+)`/gm)].map((match) => match[1]));
  const sources = ["./batcher/batch-metrics.ts", "./client/client-metrics.ts"] as const;
  const texts = await Promise.all(sources.map(async (path) => await readFile(new URL(path, import.meta.url), "utf8")));
  const [batch = "", client = ""] = texts;
  const names = [
    ...[...batch.matchAll(/histogram\("([a-z_]+)"/g)].map((match) => `batch.${match[1]}`),
    ...[...client.matchAll(/named\("([a-z_]+)"\)/g)].map((match) => `client.${match[1]}`),
    ...texts.flatMap((text) => [...text.matchAll(/"payerhub\.inference\.([a-z_.]+)"/g)].map((match) => match[1])),
  ];
  assert.deepEqual([...told].map(String).toSorted(), names.map(String).toSorted());
});
