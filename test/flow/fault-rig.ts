import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generateDocument } from "../../corpus/generate.ts";
import { edgeConfig } from "../../edge/config.ts";
import { createIntakeClient, type IntakeClient } from "../../edge/intake-client.ts";
import { createNatsPublisher, createNatsStatusQuery } from "../../edge/nats-publisher.ts";
import { startEdge } from "../../edge/start.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { SHIPPED_MODELS } from "../../inference/models/repository.ts";
import { startInference } from "../../inference/start.ts";
import { STAGE_NAMES } from "../../mesh/pipeline.ts";
import { type CaseEntry, caseEntries } from "../../mesh/store/cases.ts";
import { type DocumentRecord, documents } from "../../mesh/store/documents.ts";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { openEmbeddedSeal } from "../../runtime/embedded-seal.ts";
import { createLifetime } from "../../runtime/lifetime.ts";
import { createLogger } from "../../runtime/log.ts";
import { type Bus, connectBus } from "../../runtime/nats.ts";
import { openObjects } from "../../runtime/objects/open.ts";
import { openStore } from "../../runtime/store/open.ts";
import type { Collection } from "../../runtime/store/store.ts";
import { systemWorld } from "../../runtime/world.ts";
import { startNats, type TestNats } from "../servers/nats.ts";
import { temporaryFolder } from "../servers/server.ts";
import type { KillPoint } from "./kill-plan.ts";

export const TENANT = "acme";
/** Longest wait for one planned death, in milliseconds: reading one page, the broker's redelivery, a busy machine. */
const DEATH_DEADLINE_MS = 120_000;

/** Broker, model server, gateway and store of a fault run; the mesh is a child that dies. */
export interface FaultRig extends AsyncDisposable {
  readonly nats: TestNats;
  readonly bus: Bus;
  readonly documents: Collection<DocumentRecord>;
  readonly entries: Collection<CaseEntry>;
  /** Submits a new one-page document of a kind and returns its id. */
  submit(kind: KillPoint["needs"]): Promise<string>;
  /** Starts a mesh that dies at the point and resolves with the signal that ended it. */
  runUntilDeath(kill: KillPoint, meanwhile: () => Promise<void>): Promise<NodeJS.Signals | null>;
  /** Starts a mesh that lives until `stop`. */
  startMesh(): Promise<{ stop(): Promise<void> }>;
}

export async function startFaultRig(): Promise<FaultRig> {
  const log = createLogger({ level: "silent" });
  const lifetime = createLifetime({ log, partDeadlineMs: 30_000 });
  const world = systemWorld();
  const live = new AbortController().signal;
  const folder = await temporaryFolder();
  lifetime.add("folder", { stop: async () => await folder[Symbol.asyncDispose]() });
  const nats = await startNats();
  lifetime.add("nats", { stop: async () => await nats[Symbol.asyncDispose]() });
  const inference = await startInference(inferenceConfigSchema.parse({ logLevel: "silent" }), { log }, live);
  lifetime.add("inference", inference);
  const seal = await openEmbeddedSeal(folder.path, world);
  const objectsUrl = `file://${join(folder.path, "objects")}`;
  const storeUrl = `sqlite:${join(folder.path, "store.sqlite")}`;
  const objects = await openObjects(objectsUrl, { world });
  lifetime.add("objects", { stop: async () => await objects.close() });
  const store = await openStore(storeUrl, { seal });
  lifetime.add("store", { stop: async () => await store.close() });
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "test", log, signal: live });
  lifetime.add("bus", bus);
  const edge = await startEdge(
    edgeConfig({ folder: join(folder.path, "edge") }),
    { objects, seal, world, log, publisher: createNatsPublisher(bus), status: createNatsStatusQuery(bus) },
    live,
  );
  lifetime.add("edge", edge);
  const issued = await edge.tokens.issue({ clientId: "test", tenant: TENANT, scopes: ["documents.write", "documents.read"] });
  const client = createIntakeClient({ address: `127.0.0.1:${edge.grpcPort}`, token: () => issued.accessToken });
  lifetime.add("client", { stop: async () => await Promise.resolve(client.close()) });
  const mesh = {
    natsUrl: nats.url,
    natsToken: nats.token,
    storeUrl,
    objectsUrl,
    tritonEndpoint: inference.endpoint,
    home: folder.path,
    stages: [...STAGE_NAMES],
    tenants: [TENANT],
    hub: "main",
    ocrEngine: "auto",
    ocrRecognizer: "on",
    textModels: "on",
    modelRepository: SHIPPED_MODELS,
    tesseract: process.env["TESSERACT_BIN"],
    readers: 1,
    reconcileEveryMs: 5_000,
    staleMs: 60_000,
    logLevel: "silent",
  };
  let submitted = 0;
  return {
    nats,
    bus,
    documents: await store.collection(documents),
    entries: await store.collection(caseEntries),
    submit: async (kind) => await submitOne(client, kind, submitted++),
    runUntilDeath: async (kill, meanwhile) => await dieAt(mesh, kill, meanwhile),
    startMesh: async () => {
      const child = await launch({ mesh });
      return { stop: async () => await end(child) };
    },
    [Symbol.asyncDispose]: async () => await lifetime.stop(),
  };
}

async function submitOne(client: IntakeClient, kind: KillPoint["needs"], seed: number): Promise<string> {
  const type = kind === "auto" ? DocumentType.DETERMINATION_LETTER : DocumentType.OTHER;
  const quality = { resolution: "pdf", level: "clean", family: "fax" } as const;
  const document = await generateDocument({ seed: `fault-${seed}`, type, quality, extent: "short", minSize: 10, decision: "approved" });
  const chunks = (async function* () {
    yield await Promise.resolve(document.bytes);
  })();
  return (await client.submitStream({ fileName: document.fileName, chunks })).documentId;
}

async function launch(config: { readonly mesh: object; readonly kill?: Pick<KillPoint, "stage" | "point"> }): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./mesh-process.ts", import.meta.url));
  const child = fork(script, [JSON.stringify(config)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await Promise.race([once(child, "message"), once(child, "exit")]);
  return child;
}

async function dieAt(mesh: object, kill: KillPoint, meanwhile: () => Promise<void>): Promise<NodeJS.Signals | null> {
  const started = launch({ mesh, kill: { stage: kill.stage, point: kill.point } });
  const [child] = await Promise.all([started, meanwhile()]);
  const timer = setTimeout(() => child.kill("SIGTERM"), DEATH_DEADLINE_MS);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  clearTimeout(timer);
  return child.signalCode;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Polls until it holds; false when it does not within the time. */
export async function eventually(look: () => Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  while (performance.now() < until) {
    if (await look()) return true;
    await delay(250);
  }
  return await look();
}
