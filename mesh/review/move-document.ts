import type { DocumentHead } from "../../proto/document/v1/document.pb.ts";
import type { OutgoingEvent } from "../../runtime/nats.ts";
import type { Collection, Versioned } from "../../runtime/store/store.ts";
import type { World } from "../../runtime/world.ts";
import { outgoingOf, stepOutput } from "../delivery.ts";
import type { NamedEvent } from "../events.ts";
import type { DocumentFacts, DocumentRecord } from "../store/documents.ts";
import { eventRef } from "../store/object-ref.ts";

/** A document's record after a person moved it, and the event that tells the flow. */
export interface DocumentMove {
  readonly record: DocumentRecord;
  readonly output: ReturnType<typeof stepOutput>;
}

export interface Move {
  readonly head: DocumentHead;
  readonly event: NamedEvent;
  /** Key of the outbox entry among the record's steps. */
  readonly step: "verdict" | "retry";
  readonly facts: DocumentFacts & Pick<DocumentRecord, "state">;
}

/** Head of a document's event at a revision. */
export function headOf(tenant: string, document: DocumentRecord, revision: number): DocumentHead {
  const { documentId, receivedAtMs, sourceSha256, original, manifest } = document;
  const refs = { original: eventRef(original), manifest: eventRef(manifest) };
  return { tenant, documentId, revision, receivedAtMs: BigInt(receivedAtMs), sourceSha256, ...refs };
}

/** Puts the event in the record's outbox: the reconciler publishes it when this process dies before it does. */
export function moveDocument(world: World, document: DocumentRecord, { head, event, step, facts }: Move): DocumentMove {
  const output = stepOutput(head, event);
  const atMs = world.now();
  const steps = { ...document.steps, [step]: { revision: head.revision, atMs, durationMs: 0, next: output } };
  return { record: { ...document, ...facts, revision: head.revision, updatedAtMs: atMs, failures: {}, steps }, output };
}

export interface MoveDeps {
  readonly documents: Collection<DocumentRecord>;
  readonly publish: (event: OutgoingEvent, signal: AbortSignal) => Promise<unknown>;
  readonly world: World;
}

/** The one write that decides. Throws ABORTED when the record moved on since it was read. */
export async function writeMove(
  deps: MoveDeps,
  { tenant, document, move }: { readonly tenant: string; readonly document: Versioned<DocumentRecord>; readonly move: DocumentMove },
  signal: AbortSignal,
): Promise<void> {
  await deps.documents.update(tenant, document, move.record, signal);
}

/** Tells the flow at once what the outbox holds. */
export async function publishMove(deps: MoveDeps, tenant: string, { record, output }: DocumentMove, signal: AbortSignal): Promise<void> {
  const context = { tenant, documentId: record.documentId, source: "mesh/review", nowMs: deps.world.now() };
  await deps.publish(outgoingOf(output, context), signal);
}
