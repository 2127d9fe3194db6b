import { PayerHubError } from "../runtime/error.ts";
import type { Stoppable } from "../runtime/lifetime.ts";
import { withDeadline } from "../runtime/signals.ts";
import type { Versioned } from "../runtime/store/store.ts";
import type { StepDeps } from "./advance.ts";
import { outgoingOf, stepOutput } from "./delivery.ts";
import { type DocumentRecord, type DocumentStep, MOVING_STATES } from "./store/documents.ts";
import { provision } from "./streams.ts";

/** Longest one round may take, in milliseconds. */
const ROUND_DEADLINE_MS = 60_000;
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

/** One pass over a tenant. Returns how many documents were driven again. */
export async function redriveStale(
  scope: { readonly tenant: string; readonly staleMs: number },
  deps: StepDeps,
  signal: AbortSignal,
): Promise<number> {
  const before = deps.world.now() - scope.staleMs;
  let driven = 0;
  for (const state of MOVING_STATES) {
    const page = await deps.documents.find(scope.tenant, { index: "byState", prefix: [state], before, limit: PAGE_SIZE, signal });
    for (const item of page.items) {
      await redrive(scope.tenant, item, deps, signal);
      driven += 1;
    }
  }
  if (driven > 0) deps.log.info("reconcile.redriven", { tenant: scope.tenant, count: driven });
  return driven;
}

async function redrive(tenant: string, item: Versioned<DocumentRecord>, deps: StepDeps, signal: AbortSignal): Promise<void> {
  const output = lastOutput(item.value) ?? receivedOutput(tenant, item.value);
  const outgoing = outgoingOf(output, { tenant, documentId: item.id, source: "mesh/reconcile", nowMs: deps.world.now() });
  // The broker has seen the event's own id; a key that names this look lets it through once a minute.
  const minute = Math.floor(deps.world.now() / ROUND_DEADLINE_MS);
  await deps.bus.publish({ ...outgoing, messageId: `${output.eventId}.redrive.${minute}` }, signal);
}

function lastOutput(record: DocumentRecord): NonNullable<DocumentStep["next"]> | undefined {
  const current = Object.values(record.steps).filter((step) => step.revision === record.revision && step.next !== undefined);
  return current.toSorted((left, right) => right.atMs - left.atMs)[0]?.next;
}

function receivedOutput(tenant: string, record: DocumentRecord): NonNullable<DocumentStep["next"]> {
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
