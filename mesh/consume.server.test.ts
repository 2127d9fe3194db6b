import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { createEnvelopeSeal } from "../runtime/envelope-seal.ts";
import { PayerHubError } from "../runtime/error.ts";
import { createLogger } from "../runtime/log.ts";
import { connectBus } from "../runtime/nats.ts";
import { createFolderObjects } from "../runtime/objects/folder.ts";
import { createSealedObjects } from "../runtime/objects/sealed.ts";
import { openStore } from "../runtime/store/open.ts";
import { documentSubject } from "../runtime/subjects.ts";
import { createTelemetry } from "../runtime/telemetry.ts";
import { systemWorld } from "../runtime/world.ts";
import { startNats } from "../test/servers/nats.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import type { StepDeps } from "./advance.ts";
import { consumeStage } from "./consume.ts";
import { outgoingOf, stepOutput } from "./delivery.ts";
import type { PipelineRow } from "./pipeline.ts";
import { redriveStale } from "./reconcile.ts";
import { documents } from "./store/documents.ts";
import { artefactKey, type Stage, type StageOutcome } from "./stage.ts";
import { eventRef, recordRef } from "./store/object-ref.ts";
import { provision } from "./streams.ts";

const ROW: PipelineRow = { stage: "read", input: "received", outputs: ["read"], budgetMs: 2_000, concurrency: 2 };
const log = createLogger({ level: "silent" });
const live = () => new AbortController().signal;

interface Rig extends AsyncDisposable {
  readonly deps: StepDeps;
  submit(documentId: string, revision?: number): Promise<void>;
  /** Messages now stored under an event name. */
  stored(event: string): Promise<number>;
}

async function rig(): Promise<Rig> {
  const nats = await startNats();
  const folder = await temporaryFolder();
  const world = systemWorld();
  const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(7), keyId: "test", world });
  const store = await openStore(`sqlite:${join(folder.path, "store.sqlite")}`, { seal, signal: live() });
  const rawObjects = await createFolderObjects({ root: join(folder.path, "objects"), world });
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "test", log, signal: live() });
  await provision(bus.manager, live());
  const telemetry = createTelemetry({ processors: [], readers: [] });
  const deps: StepDeps = {
    bus,
    documents: await store.collection(documents),
    objects: createSealedObjects(rawObjects, seal),
    world,
    log,
    telemetry,
    probe: () => {},
  };
  return {
    deps,
    submit: async (documentId, revision = 1) => {
      await bus.publish(receivedEvent(documentId, revision), live());
    },
    stored: async (event) => {
      const info = await bus.manager.streams.info("DOCUMENTS", { subjects_filter: documentSubject("acme", event) });
      return Object.values(info.state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    },
    [Symbol.asyncDispose]: async () => {
      await bus.stop();
      await store.close();
      await rawObjects.close();
      await nats[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function headOf(documentId: string, revision: number) {
  const ref = { key: `acme/${documentId}/original`, sha256: "0".repeat(64), sizeBytes: 1n, contentType: "image/tiff" };
  return { tenant: "acme", documentId, revision, receivedAtMs: 1n, sourceSha256: "0".repeat(64), original: ref, manifest: ref };
}

function receivedEvent(documentId: string, revision: number) {
  const head = headOf(documentId, revision);
  return outgoingOf(stepOutput(head, { name: "received", message: { head } }), { tenant: "acme", documentId, source: "test", nowMs: 0 });
}

function stageOf(run: (documentId: string) => Promise<void>): Stage<"received"> {
  return {
    name: "read",
    input: "received",
    run: async (message, context): Promise<StageOutcome> => {
      await run(context.documentId);
      return {
        next: { name: "read", message: { head: message.head, words: [], images: [], pageCount: 2 } },
        facts: { state: "read", pageCount: 2 },
      };
    },
  };
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await look()) return;
    await delay(50);
  }
  assert.fail("it did not come about within 10 s");
}

async function stateOf(deps: StepDeps, documentId: string): Promise<string | undefined> {
  return (await deps.documents.get("acme", documentId, live()))?.value.state;
}

test("an event becomes a record, a following event and nothing more, however often it comes", async () => {
  await using system = await rig();
  let runs = 0;
  const consumer = consumeStage(
    ROW,
    stageOf(async () => void runs++),
    system.deps,
  );
  await system.submit("doc_a");
  await until(async () => (await stateOf(system.deps, "doc_a")) === "read");
  const again = receivedEvent("doc_a", 1);
  await system.deps.bus.publish({ ...again, messageId: "forced-repeat" }, live());
  await until(async () => (await system.stored("received")) === 2);
  await delay(300);
  await consumer.stop();
  assert.equal(runs, 1);
  assert.equal(await system.stored("read"), 1);
});

test("what cannot be read is quarantined at once with its reason, and its neighbor goes on", async () => {
  await using system = await rig();
  const stage = stageOf(async (documentId) => {
    if (documentId === "doc_bad") throw new PayerHubError("INVALID_ARGUMENT", 'reading "tiff": the file is truncated, it must be complete');
  });
  const consumer = consumeStage(ROW, stage, system.deps);
  await system.submit("doc_bad");
  await system.submit("doc_good");
  await until(async () => (await stateOf(system.deps, "doc_bad")) === "quarantined" && (await stateOf(system.deps, "doc_good")) === "read");
  await consumer.stop();
  const record = await system.deps.documents.get("acme", "doc_bad", live());
  assert.match(record?.value.reasons?.[0] ?? "", /INVALID_ARGUMENT: .*truncated/);
  assert.equal(await system.stored("quarantined"), 1);
});

test("an outage is waited out within the delivery; a failure comes again and its count is kept", async () => {
  await using system = await rig();
  let outages = 2;
  let failures = 1;
  const stage = stageOf(async (documentId) => {
    if (documentId === "doc_outage" && outages-- > 0) throw new PayerHubError("UNAVAILABLE", "asking the model server: it is away");
    if (documentId === "doc_fails" && failures-- > 0) throw new PayerHubError("INTERNAL", "reading: the child died");
  });
  const consumer = consumeStage(ROW, stage, system.deps);
  await system.submit("doc_outage");
  await system.submit("doc_fails");
  await until(async () => (await stateOf(system.deps, "doc_outage")) === "read" && (await stateOf(system.deps, "doc_fails")) === "read");
  await consumer.stop();
  assert.equal((await system.deps.documents.get("acme", "doc_fails", live()))?.value.failures["read"], 0);
  assert.equal((await system.deps.documents.get("acme", "doc_outage", live()))?.value.failures["read"], 0);
});

test("bytes that are no event are kept as a dead letter with the reason", async () => {
  await using system = await rig();
  const consumer = consumeStage(
    ROW,
    stageOf(async () => {}),
    system.deps,
  );
  await system.deps.bus.jetstream.publish(documentSubject("acme", "received"), new Uint8Array([255, 255, 255]));
  await until(async () => (await system.deps.bus.manager.streams.info("DEAD_LETTERS")).state.messages === 1);
  await consumer.stop();
  const letter = await system.deps.bus.manager.streams.getMessage("DEAD_LETTERS", { last_by_subj: "dead.v1.mesh-read" });
  assert.equal(letter?.header.get("ce-type"), "payerhub.dead_letter.invalid_argument");
  assert.deepEqual([...(letter?.data ?? [])], [255, 255, 255]);
});

test("two deliveries of one event that run side by side leave one result, whose artefacts are whole", async () => {
  await using system = await rig();
  const bothIn = Promise.withResolvers<void>();
  let runs = 0;
  const stage: Stage<"received"> = {
    name: "read",
    input: "received",
    run: async (message, context): Promise<StageOutcome> => {
      runs += 1;
      if (runs === 2) bothIn.resolve();
      await bothIn.promise;
      const ref = await context.objects.putBytes(
        { tenant: "acme", key: artefactKey(context, "words-1.pb"), contentType: "x/y" },
        Buffer.from("the same words"),
        context.signal,
      );
      return {
        next: { name: "read", message: { head: message.head, words: [ref], images: [], pageCount: 1 } },
        facts: { state: "read", words: [recordRef(ref)] },
      };
    },
  };
  const consumer = consumeStage(ROW, stage, system.deps);
  await system.submit("doc_twice");
  const again = receivedEvent("doc_twice", 1);
  await system.deps.bus.publish({ ...again, messageId: "beside" }, live());
  await until(async () => (await stateOf(system.deps, "doc_twice")) === "read" && (await system.stored("read")) === 1);
  await delay(300);
  await consumer.stop();
  assert.equal(runs, 2);
  const record = (await system.deps.documents.get("acme", "doc_twice", live()))?.value;
  const [stored] = record?.words ?? [];
  assert.ok(stored);
  const bytes = await system.deps.objects.readBytes("acme", eventRef(stored), live());
  assert.equal(Buffer.from(bytes).toString(), "the same words");
  assert.equal(await system.stored("read"), 1);
});

test("an event of an older revision is dropped", async () => {
  await using system = await rig();
  let runs = 0;
  const consumer = consumeStage(
    ROW,
    stageOf(async () => void runs++),
    system.deps,
  );
  await system.submit("doc_r", 2);
  await until(async () => (await stateOf(system.deps, "doc_r")) === "read");
  await system.submit("doc_r", 1);
  await until(async () => (await system.stored("received")) === 2);
  await delay(300);
  await consumer.stop();
  assert.equal(runs, 1);
});

test("the reconciler publishes the last step of what stands still, and only that", async () => {
  await using system = await rig();
  const consumer = consumeStage(
    ROW,
    stageOf(async () => {}),
    system.deps,
  );
  await system.submit("doc_s");
  await until(async () => (await stateOf(system.deps, "doc_s")) === "read");
  await consumer.stop();
  await system.deps.bus.manager.streams.purge("DOCUMENTS");
  assert.equal(await redriveStale({ tenant: "acme", staleMs: 60_000 }, system.deps, live()), 0);
  assert.equal(await redriveStale({ tenant: "acme", staleMs: -1_000 }, system.deps, live()), 1);
  assert.equal(await system.stored("read"), 1);
  assert.equal(await redriveStale({ tenant: "acme", staleMs: -1_000 }, system.deps, live()), 0, "its event is waiting");
  assert.equal(await system.stored("read"), 1);
  assert.equal(await redriveStale({ tenant: "other", staleMs: -1_000 }, system.deps, live()), 0);
});

test("a run that goes on longer than its budget ends well while it reports progress, and is stopped when it does not", async () => {
  await using system = await rig();
  const row = { ...ROW, budgetMs: 1_000 };
  const stage: Stage<"received"> = {
    name: "read",
    input: "received",
    run: async (message, context): Promise<StageOutcome> => {
      for (let page = 0; page < 8; page++) {
        await delay(200, undefined, { signal: context.signal });
        if (context.documentId === "doc_moves") context.progress();
      }
      return {
        next: { name: "read", message: { head: message.head, words: [], images: [], pageCount: 8 } },
        facts: { state: "read", pageCount: 8 },
      };
    },
  };
  const consumer = consumeStage(row, stage, system.deps);
  await system.submit("doc_moves");
  await system.submit("doc_hangs");
  await until(async () => (await stateOf(system.deps, "doc_moves")) === "read");
  await until(async () => ((await system.deps.documents.get("acme", "doc_hangs", live()))?.value.failures["read"] ?? 0) > 0);
  await consumer.stop();
  assert.equal((await system.deps.documents.get("acme", "doc_moves", live()))?.value.failures["read"], 0);
});

test("a stage that puts out what its row does not declare is a failure, not an event", async () => {
  await using system = await rig();
  const stage: Stage<"received"> = {
    name: "read",
    input: "received",
    run: async (message) =>
      await Promise.resolve({
        next: { name: "quarantined", message: { head: message.head, stage: "x", code: "y", reason: "z" } },
        facts: {},
      }),
  };
  const consumer = consumeStage(ROW, stage, system.deps);
  await system.submit("doc_u");
  await until(async () => ((await system.deps.documents.get("acme", "doc_u", live()))?.value.failures["read"] ?? 0) > 0);
  await consumer.stop();
  assert.equal(await system.stored("quarantined"), 0);
});
