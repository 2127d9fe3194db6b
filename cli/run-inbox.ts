import { readdir } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { DocumentRecord } from "../mesh/store/documents.ts";
import { maskField } from "../mesh/privacy/mask.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Stoppable } from "../runtime/lifetime.ts";
import { createLogger } from "../runtime/log.ts";
import { createSlots } from "../edge/slots.ts";
import type { UpConfig } from "./config.ts";
import { type HubCloudEvent, followDocuments } from "./document-feed.ts";
import { compare, readExpectations } from "./expectation.ts";
import { findingOf } from "./finding.ts";
import { startLiveView } from "./live-view.ts";
import { outcomeJson, outcomeTable, type TableOptions } from "./outcome-table.ts";
import { readUnderstanding, writeOutcome } from "./out-folder.ts";
import { createRunModel, hasEnded, type RunModel } from "./run-model.ts";
import { startUp, type Up } from "./up.ts";

/** Pause between two looks whether the run is complete, in milliseconds. */
const LOOK_MS = 100;
/** Documents looked up and drawn at a time: drawing takes a core. */
const MAX_LOOKS = 2;
/** Pause between two looks at the documents that have not ended, in milliseconds: not every change of a record is an event. */
const SWEEP_MS = 500;
/** A terminal that does not tell its width. */
const DEFAULT_COLUMNS = 120;

export interface RunInboxOptions {
  readonly out: string;
  readonly once: boolean;
  readonly json: boolean;
  /** Expected outcomes of generated documents. */
  readonly truth: string | undefined;
  readonly signal: AbortSignal;
}

/** `different`: every document ended, but not all as the generated truth says. */
export type RunResult = "matched" | "different" | "interrupted";

/** Brings the system up, shows the inbox going through it, writes `out/`, and serves on until interrupted unless `once`. */
export async function runInbox(config: UpConfig & { readonly inbox: string }, options: RunInboxOptions): Promise<RunResult> {
  const startedAt = performance.now();
  const model = createRunModel({ now: () => Date.now() });
  model.expect(await listFiles(config.inbox));
  const relay = createRelay();
  const up = await startUp(
    config,
    {
      log: createLogger({ level: config.logLevel }),
      inboxListener: {
        onAccepted: ({ fileName, documentId, duplicate, resumed }) => {
          model.accepted(fileName, documentId, duplicate && !resumed);
          relay.moved(documentId);
        },
        onRefused: (fileName, error) => model.refused(fileName, error.message),
      },
      onStarting: (what) => (options.json ? undefined : process.stderr.write(`starting ${what}\n`)),
    },
    options.signal,
  );
  const events = new Map<string, Map<string, HubCloudEvent>>();
  const run = createRun({ up, model, events, options });
  const view = options.json ? { stop: () => {} } : startLiveView(model, terminal(config), () => Date.now());
  let feed: Stoppable | undefined;
  try {
    feed = await followDocuments(up.mesh.bus, up.tenant, { onMoved: relay.moved, onHubEvent: (event) => keepEvent(events, event) });
    relay.attach(run.observe);
    await untilComplete(run, model, options.signal);
    view.stop();
    if (options.signal.aborted) return "interrupted";
    const result = await finish({ config, model, options, seconds: (performance.now() - startedAt) / 1_000 });
    if (!options.once) await serveOn(up, options);
    return options.signal.aborted && !options.once ? "interrupted" : result;
  } finally {
    view.stop();
    await feed?.stop();
    await run.settled();
    await up.stop();
  }
}

/** The inbox reports before the system is complete; what it says is kept until somebody can look. */
function createRelay(): { moved(documentId: string): void; attach(observe: (documentId: string) => void): void } {
  const early: string[] = [];
  let forward = (documentId: string): void => void early.push(documentId);
  return {
    moved: (documentId) => forward(documentId),
    attach: (observe) => {
      forward = observe;
      for (const documentId of early.splice(0)) observe(documentId);
    },
  };
}

function keepEvent(events: Map<string, Map<string, HubCloudEvent>>, event: HubCloudEvent): void {
  const known = events.get(event.data.documentId) ?? new Map<string, HubCloudEvent>();
  known.set(event.id, event);
  events.set(event.data.documentId, known);
}

interface Run {
  /** Looks the document up and tells the model; looks of one document never overlap. */
  observe(documentId: string): void;
  /** Resolves when no look is under way. */
  settled(): Promise<void>;
  readonly failure: () => PayerHubError | undefined;
  readonly idle: () => boolean;
}

interface RunParts {
  readonly up: Up;
  readonly model: RunModel;
  readonly events: ReadonlyMap<string, ReadonlyMap<string, HubCloudEvent>>;
  readonly options: RunInboxOptions;
}

function createRun(parts: RunParts): Run {
  const looking = new Map<string, Promise<void>>();
  let failure: PayerHubError | undefined;
  const slots = createSlots(MAX_LOOKS, Number.POSITIVE_INFINITY);
  const observe = (documentId: string): void => {
    const before = looking.get(documentId) ?? Promise.resolve();
    const look = before
      .then(async () => {
        using _slot = await slots.take(parts.options.signal);
        await lookAt(documentId, parts);
      })
      .catch((caught: unknown) => {
        failure ??= PayerHubError.from(caught, { attempted: "following a document" });
      })
      .finally(() => {
        if (looking.get(documentId) === look) looking.delete(documentId);
      });
    looking.set(documentId, look);
  };
  return {
    observe,
    settled: async () => void (await Promise.all(looking.values())),
    failure: () => failure,
    idle: () => looking.size === 0,
  };
}

async function lookAt(documentId: string, { up, model, events, options }: RunParts): Promise<void> {
  const found = await up.mesh.documents.get(up.tenant, documentId, options.signal);
  if (found === undefined) return;
  const record = found.value;
  if (hasEnded({ ...emptyState, state: record.state })) {
    await describe(record, { up, model, options });
    const seen = [...(events.get(documentId)?.values() ?? [])];
    await writeOutcome(record, seen, { folder: options.out, tenant: up.tenant, objects: up.mesh.objects, signal: options.signal });
  }
  model.observed(record);
}

const emptyState = { duplicate: false } as Parameters<typeof hasEnded>[0];

async function describe(record: DocumentRecord, { up, model, options }: Omit<RunParts, "events">): Promise<void> {
  const understanding = await readUnderstanding(record, { tenant: up.tenant, objects: up.mesh.objects, signal: options.signal });
  if (understanding === undefined) return;
  const name = understanding.fields.find((field) => field.name === "member.name");
  const memberMasked = name === undefined ? undefined : maskField(name.name, name.value);
  model.described(record.documentId, { memberMasked, finding: findingOf(understanding) });
}

async function untilComplete(run: Run, model: RunModel, signal: AbortSignal): Promise<void> {
  let sweptAtMs = 0;
  while (!signal.aborted && !(model.isComplete() && run.idle())) {
    const failure = run.failure();
    if (failure !== undefined && !signal.aborted) throw failure;
    if (run.idle() && performance.now() - sweptAtMs > SWEEP_MS) {
      for (const row of model.rows().filter((each) => each.documentId !== "" && !hasEnded(each))) run.observe(row.documentId);
      sweptAtMs = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

interface Finish {
  readonly config: UpConfig;
  readonly model: RunModel;
  readonly options: RunInboxOptions;
  readonly seconds: number;
}

async function finish({ config, model, options, seconds }: Finish): Promise<"matched" | "different"> {
  const rows = model.rows();
  const comparison = compare(rows, options.truth === undefined ? new Map() : await readExpectations(options.truth));
  const different = comparison.mismatches.length > 0;
  if (options.json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(outcomeJson(row))}\n`);
    const { pagesEnded } = model.totals();
    process.stdout.write(
      `${JSON.stringify({ kind: "summary", documents: rows.length, pages: pagesEnded, matched: comparison.matched, expected: comparison.total, mismatches: comparison.mismatches, seconds: Math.round(seconds * 10) / 10, out: options.out })}\n`,
    );
    return different ? "different" : "matched";
  }
  process.stdout.write(`\n${outcomeTable(rows, tableOptions(config.useColor))}\n\n`);
  const agreement = comparison.total === 0 ? "" : `; ${comparison.matched} of ${comparison.total} ended as the sample's truth expects`;
  process.stdout.write(`${rows.length} documents, ${model.totals().pagesEnded} pages in ${seconds.toFixed(1)} s${agreement}\n`);
  process.stdout.write(`${resolve(options.out)}: FHIR bundles, events and annotated pages, one folder a document\n`);
  for (const { fileName, expected, actual } of comparison.mismatches)
    process.stdout.write(`  ${fileName}: expected ${expected}, got ${actual}\n`);
  return different ? "different" : "matched";
}

async function serveOn(up: Up, options: RunInboxOptions): Promise<void> {
  if (!options.json) {
    process.stdout.write(
      `\nserving until Ctrl-C\n  gRPC intake  127.0.0.1:${up.edge.grpcPort}\n  HTTP intake  http://127.0.0.1:${up.edge.httpPort}\n  credentials  ${up.credentialsPath}\n  hub events   ${up.nats.url}, subjects hub.v1.${up.tenant}.>\n`,
    );
  }
  if (options.signal.aborted) return;
  await new Promise<void>((done) => options.signal.addEventListener("abort", () => done(), { once: true }));
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
    return files.map((entry) => relative(folder, resolve(entry.parentPath, entry.name))).toSorted();
  } catch (caught) {
    throw new PayerHubError("NOT_FOUND", `reading the inbox "${folder}": there is no such folder, it must exist`, { cause: caught });
  }
}

function terminal(config: UpConfig) {
  return {
    isTTY: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? DEFAULT_COLUMNS,
    useColor: config.useColor && process.stderr.isTTY === true,
    write: (text: string) => void process.stderr.write(text),
  };
}

function tableOptions(useColor: boolean): TableOptions {
  const { isTTY, columns } = process.stdout;
  return isTTY ? { useColor, columns } : { useColor: false, columns: undefined };
}
