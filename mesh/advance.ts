import { PayerHubError } from "../runtime/error.ts";
import type { Logger } from "../runtime/log.ts";
import type { Bus } from "../runtime/nats.ts";
import type { SealedObjects } from "../runtime/objects/sealed.ts";
import { withProgressDeadline } from "../runtime/signals.ts";
import type { Collection, Versioned } from "../runtime/store/store.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import type { World } from "../runtime/world.ts";
import { type Delivery, outgoingOf, stepOutput } from "./delivery.ts";
import type { EventName } from "./events.ts";
import type { PipelineRow } from "./pipeline.ts";
import type { Stage, StageOutcome } from "./stage.ts";
import type { DocumentRecord, DocumentStep } from "./store/documents.ts";

/** Attempts of one guarded write before the step is tried again as a whole. */
const MAX_WRITE_CONFLICTS = 8;
/** Longest reason kept on a record, in characters. */
const MAX_REASON_LENGTH = 300;

/** Points of a step at which a fault suite kills the process. */
export const PROBE_POINTS = ["pulled", "ran", "written", "published", "before_ack"] as const;
export type ProbePoint = (typeof PROBE_POINTS)[number];

/** What a step needs from its process. */
export interface StepDeps {
  readonly bus: Bus;
  readonly documents: Collection<DocumentRecord>;
  readonly objects: SealedObjects;
  readonly world: World;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  /** Called at every point of every step; the fault suite dies here, everybody else does nothing. */
  readonly probe: (stage: string, point: ProbePoint) => void;
}

export interface Step<N extends EventName> {
  readonly row: PipelineRow;
  readonly stage: Stage<N>;
  readonly delivery: Delivery<N>;
  readonly signal: AbortSignal;
}

/**
 * Moves a document one step: run the stage unless its result for this revision is stored, write facts and the following
 * event in one guarded update (outbox in the record), then publish the stored bytes. A crash between any two of these
 * means that the same step comes again and ends in the same place.
 */
export async function advance<N extends EventName>(step: Step<N>, deps: StepDeps): Promise<void> {
  const { row, delivery } = step;
  const { head, envelope } = delivery;
  const fields = { tenant: head.tenant, documentId: head.documentId, stage: row.stage, revision: head.revision, attempt: delivery.attempt };
  await deps.telemetry.span(
    `mesh.${row.stage}`,
    { kind: "consumer", fields, ...(envelope.traceparent === undefined ? {} : { linkedTo: envelope.traceparent }) },
    async (traceparent) => {
      const stored = await ensureStep(step, deps);
      if (stored?.next === undefined) return;
      const context = {
        tenant: head.tenant,
        documentId: head.documentId,
        source: `mesh/${row.stage}`,
        nowMs: deps.world.now(),
        causationId: envelope.id,
        traceparent,
      };
      await deps.bus.publish(outgoingOf(stored.next, context), step.signal);
      deps.probe(row.stage, "published");
    },
  );
}

/** The stored step of this revision; undefined when the event is older than the record. */
async function ensureStep<N extends EventName>(step: Step<N>, deps: StepDeps): Promise<DocumentStep | undefined> {
  const { row, delivery, signal } = step;
  const found = await findOrInsert(delivery, deps, signal);
  if (delivery.head.revision < found.value.revision) return undefined;
  const done = stepOf(found.value, row.stage, delivery.head.revision);
  if (done !== undefined) return done;
  const startedAt = deps.world.monotonicMs();
  const outcome = await runBounded(step, deps);
  assertDeclared(row, outcome);
  deps.probe(row.stage, "ran");
  const durationMs = Math.round(deps.world.monotonicMs() - startedAt);
  const stored = await write({ step, outcome, found, durationMs }, deps);
  deps.probe(row.stage, "written");
  deps.log.info("stage.done", { stage: row.stage, tenant: delivery.head.tenant, documentId: delivery.head.documentId, durationMs });
  return stored;
}

async function runBounded<N extends EventName>(step: Step<N>, deps: StepDeps): Promise<StageOutcome> {
  const { row, stage, delivery } = step;
  const deadline = withProgressDeadline(step.signal, row.budgetMs);
  const { tenant, documentId, revision } = delivery.head;
  const log = deps.log.with({ stage: row.stage, tenant, documentId });
  const run = deps.world.uuid().slice(0, 8);
  const { signal, progress } = deadline;
  const context = { tenant, documentId, revision, run, signal, progress, objects: deps.objects, world: deps.world, log };
  return await stage.run(delivery.message, context).finally(deadline.end);
}

function assertDeclared(row: PipelineRow, outcome: StageOutcome): void {
  if (outcome.next !== undefined && !row.outputs.includes(outcome.next.name)) {
    throw new PayerHubError("INTERNAL", `running "${row.stage}": it put out "${outcome.next.name}", the pipeline must declare it`);
  }
}

function stepOf(record: DocumentRecord, stage: string, revision: number): DocumentStep | undefined {
  const step = record.steps[stage];
  return step?.revision === revision ? step : undefined;
}

async function findOrInsert<N extends EventName>(
  delivery: Delivery<N>,
  deps: StepDeps,
  signal: AbortSignal,
): Promise<Versioned<DocumentRecord>> {
  const { head } = delivery;
  const found = await deps.documents.get(head.tenant, head.documentId, signal);
  if (found !== undefined) return found;
  if (head.original === undefined || head.manifest === undefined) {
    throw new PayerHubError("NOT_FOUND", `finding the document of an event "${delivery.name}": the store has no such record, it must`);
  }
  const record: DocumentRecord = {
    documentId: head.documentId,
    revision: head.revision,
    state: "received",
    sourceSha256: head.sourceSha256,
    original: plainRef(head.original),
    manifest: plainRef(head.manifest),
    receivedAtMs: Number(head.receivedAtMs),
    updatedAtMs: deps.world.now(),
    steps: {},
    failures: {},
  };
  try {
    return await deps.documents.insert(head.tenant, head.documentId, record, signal);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "inserting a document" });
    if (error.code !== "ALREADY_EXISTS") throw error;
    // Another stage of the same event was first.
    throw new PayerHubError("ABORTED", "inserting a document: another process was first, the step must read it again", { cause: caught });
  }
}

function plainRef(ref: { key: string; sha256: string; sizeBytes: bigint; contentType: string }) {
  return { key: ref.key, sha256: ref.sha256, sizeBytes: Number(ref.sizeBytes), contentType: ref.contentType };
}

interface Write<N extends EventName> {
  readonly step: Step<N>;
  readonly outcome: StageOutcome;
  readonly found: Versioned<DocumentRecord>;
  readonly durationMs: number;
}

async function write<N extends EventName>(input: Write<N>, deps: StepDeps): Promise<DocumentStep | undefined> {
  const { row, delivery, signal } = input.step;
  const { head } = delivery;
  const next = input.outcome.next === undefined ? {} : { next: stepOutput(head, input.outcome.next) };
  const step: DocumentStep = { revision: head.revision, atMs: deps.world.now(), durationMs: input.durationMs, ...next };
  const apply = (record: DocumentRecord): DocumentRecord => ({
    ...record,
    ...input.outcome.facts,
    state: input.outcome.facts.state ?? record.state,
    updatedAtMs: deps.world.now(),
    steps: { ...record.steps, [row.stage]: step },
    failures: { ...record.failures, [row.stage]: 0 },
  });
  const written = await guarded(
    { head, found: input.found, signal, apply, done: (record) => stepOf(record, row.stage, head.revision) !== undefined },
    deps,
  );
  return stepOf(written, row.stage, head.revision);
}

interface Guarded {
  readonly head: Delivery<EventName>["head"];
  readonly found: Versioned<DocumentRecord>;
  readonly signal: AbortSignal;
  readonly apply: (record: DocumentRecord) => DocumentRecord;
  /** True when the present record needs no write any more. */
  readonly done: (record: DocumentRecord) => boolean;
}

/** Writes under the version guard; reads again on conflict. A record that moved to a later revision is left alone. */
async function guarded(input: Guarded, deps: StepDeps): Promise<DocumentRecord> {
  const { tenant, documentId, revision } = input.head;
  let current = input.found;
  for (let conflicts = 0; conflicts < MAX_WRITE_CONFLICTS; conflicts++) {
    if (current.value.revision > revision || input.done(current.value)) return current.value;
    try {
      return (await deps.documents.update(tenant, current, input.apply(current.value), input.signal)).value;
    } catch (caught) {
      const error = PayerHubError.from(caught, { attempted: "updating a document" });
      if (error.code !== "ABORTED") throw error;
      const again = await deps.documents.get(tenant, documentId, input.signal);
      if (again === undefined) throw error;
      current = again;
    }
  }
  throw new PayerHubError("ABORTED", `updating a document: ${MAX_WRITE_CONFLICTS} writes met a newer version, one must succeed`);
}

export interface Quarantine<N extends EventName> {
  readonly row: PipelineRow;
  readonly delivery: Delivery<N>;
  readonly error: PayerHubError;
  /** False counts a failure and quarantines at `limit + 1`. */
  readonly immediately: boolean;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Counts a failure; beyond the limit, or at once, the document stops in state `quarantined` with the error's PHI-free text,
 * where a person can see and retry it. Returns the failures so far, or "quarantined".
 */
export async function quarantine<N extends EventName>(input: Quarantine<N>, deps: StepDeps): Promise<number | "quarantined"> {
  const { row, delivery, error, signal } = input;
  const { head } = delivery;
  const found = await findOrInsert(delivery, deps, signal);
  if (found.value.revision > head.revision) return "quarantined";
  const failures = (found.value.failures[row.stage] ?? 0) + 1;
  if (!input.immediately && failures <= input.limit) {
    await deps.documents.update(
      head.tenant,
      found,
      { ...found.value, failures: { ...found.value.failures, [row.stage]: failures } },
      signal,
    );
    return failures;
  }
  const reason = error.message.slice(0, MAX_REASON_LENGTH);
  const next = stepOutput(head, { name: "quarantined", message: { head, stage: row.stage, code: error.code, reason } });
  const step: DocumentStep = { revision: head.revision, atMs: deps.world.now(), durationMs: 0, next };
  const apply = (record: DocumentRecord): DocumentRecord => ({
    ...record,
    state: "quarantined",
    reasons: [`${error.code}: ${reason}`],
    updatedAtMs: deps.world.now(),
    steps: { ...record.steps, [row.stage]: step },
  });
  await guarded({ head, found, signal, apply, done: (record) => record.state === "quarantined" }, deps);
  const context = {
    tenant: head.tenant,
    documentId: head.documentId,
    source: `mesh/${row.stage}`,
    nowMs: deps.world.now(),
    causationId: delivery.envelope.id,
  };
  await deps.bus.publish(outgoingOf(next, context), signal);
  return "quarantined";
}
