import { PayerHubError } from "../runtime/error.ts";
import type { Stoppable } from "../runtime/lifetime.ts";
import { abortable, withDeadline } from "../runtime/signals.ts";
import type { StepDeps } from "./advance.ts";
import { outgoingOf, stepOutput } from "./delivery.ts";
import { PIPELINE } from "./pipeline.ts";
import { type DocumentRecord, type DocumentStep, MOVING_STATES } from "./store/documents.ts";
import { consumerOf, provision } from "./streams.ts";

/** Longest one round may take, in milliseconds. */
const ROUND_DEADLINE_MS = 60_000;
/** An event that waited this long behind others, in milliseconds, is taken for lost. */
const LOST_MS = 3_600_000;
/** Records looked at per state and round. */
const PAGE_SIZE = 200;

export interface ReconcileOptions {
  readonly tenants: readonly string[];
  /** Pause between rounds, in milliseconds. */
  readonly everyMs: number;
  /** A moving document untouched for this long is driven again, in milliseconds; above the longest stage budget. */
  readonly staleMs: number;
}

/**
 * Re-drives what stays behind: for every document that should move and has not, the last stored event is published again
 * under a fresh duplicate key. It also re-creates streams, so that a broker that lost its disk fills up again from the store.
 */
export function startReconciler(options: ReconcileOptions, deps: StepDeps): Stoppable {
  const controller = new AbortController();
  const run = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      await deps.world.sleep(options.everyMs, controller.signal).catch(() => {});
      if (controller.signal.aborted) return;
      await round(options, deps, controller.signal);
    }
  };
  const running = run();
  return {
    stop: async () => {
      controller.abort(new PayerHubError("CANCELLED", "reconciling documents: the process is stopping"));
      await running;
    },
  };
}

async function round(options: ReconcileOptions, deps: StepDeps, signal: AbortSignal): Promise<void> {
  try {
    const bounded = withDeadline(signal, ROUND_DEADLINE_MS);
    await provision(deps.bus.manager, bounded);
    for (const tenant of options.tenants) {
      await redriveStale({ tenant, staleMs: options.staleMs }, deps, bounded);
    }
  } catch (caught) {
    deps.log.warn("reconcile.failed", { code: PayerHubError.from(caught, { attempted: "reconciling documents" }).code });
  }
}

/**
 * One pass over a tenant. A document whose event can still be waiting or in work is left alone: a long queue or a fax of
 * hundreds of pages stands still for longer than `staleMs`, and every copy of its event would be one more to go through.
 * Returns how many documents were driven again. */
export async function redriveStale(
  scope: { readonly tenant: string; readonly staleMs: number },
  deps: StepDeps,
  signal: AbortSignal,
): Promise<number> {
  const nowMs = deps.world.now();
  const before = nowMs - scope.staleMs;
  const busy = await busyEvents(deps, signal);
  let driven = 0;
  for (const state of MOVING_STATES) {
    const page = await deps.documents.find(scope.tenant, { index: "byState", prefix: [state], before, limit: PAGE_SIZE, signal });
    for (const item of page.items) {
      const output = lastOutput(item.value) ?? receivedOutput(scope.tenant, item.value);
      if (busy.has(output.name) && item.value.updatedAtMs > nowMs - LOST_MS) continue;
      await redrive({ tenant: scope.tenant, documentId: item.id, output }, deps, signal);
      driven += 1;
    }
  }
  if (driven > 0) deps.log.info("reconcile.redriven", { tenant: scope.tenant, count: driven });
  return driven;
}

/** Names of the events that some stage has yet to take or to acknowledge. */
async function busyEvents(deps: StepDeps, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const busy = new Set<string>();
  for (const row of PIPELINE) {
    const name = consumerOf(row).durable_name;
    const info = await abortable(deps.bus.manager.consumers.info("DOCUMENTS", name), signal, `asking for the backlog of "${name}"`);
    if (info.num_pending + info.num_ack_pending > 0) busy.add(row.input);
  }
  return busy;
}

type Output = NonNullable<DocumentStep["next"]>;

interface Redrive {
  readonly tenant: string;
  readonly documentId: string;
  readonly output: Output;
}

async function redrive({ tenant, documentId, output }: Redrive, deps: StepDeps, signal: AbortSignal): Promise<void> {
  const outgoing = outgoingOf(output, { tenant, documentId, source: "mesh/reconcile", nowMs: deps.world.now() });
  // The broker has seen the event's own id; a key that names this look lets it through once a minute.
  const minute = Math.floor(deps.world.now() / ROUND_DEADLINE_MS);
  await deps.bus.publish({ ...outgoing, messageId: `${output.eventId}.redrive.${minute}` }, signal);
}

function lastOutput(record: DocumentRecord): Output | undefined {
  const current = Object.values(record.steps).filter((step) => step.revision === record.revision && step.next !== undefined);
  return current.toSorted((left, right) => right.atMs - left.atMs)[0]?.next;
}

function receivedOutput(tenant: string, record: DocumentRecord): Output {
  const head = {
    tenant,
    documentId: record.documentId,
    revision: record.revision,
    receivedAtMs: BigInt(record.receivedAtMs),
    sourceSha256: record.sourceSha256,
    original: { ...record.original, sizeBytes: BigInt(record.original.sizeBytes) },
    manifest: { ...record.manifest, sizeBytes: BigInt(record.manifest.sizeBytes) },
  };
  return stepOutput(head, { name: "received", message: { head } });
}
