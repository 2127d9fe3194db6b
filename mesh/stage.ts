import type { Logger } from "../runtime/log.ts";
import type { SealedObjects } from "../runtime/objects/sealed.ts";
import type { World } from "../runtime/world.ts";
import type { EventMessage, EventName, NamedEvent } from "./events.ts";
import type { DocumentFacts } from "./store/documents.ts";

/** What the pull loop hands to a stage for one event. */
export interface StageContext {
  readonly tenant: string;
  readonly documentId: string;
  readonly revision: number;
  /** Unique to this execution of the stage, 8 hex digits. */
  readonly run: string;
  /** Joins the stage's time budget, the redelivery limit and shutdown. */
  readonly signal: AbortSignal;
  /** Says that the stage moved on; its time budget starts anew. For documents of many pages. */
  readonly progress: () => void;
  readonly objects: SealedObjects;
  readonly world: World;
  readonly log: Logger;
}

/** The event that follows and what the stage learnt for the document's record. */
export interface StageOutcome {
  /** Undefined ends the flow of this revision. */
  readonly next: NamedEvent | undefined;
  readonly facts: DocumentFacts;
}

/**
 * One step of the flow. It returns an outcome or throws a coded error: INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED,
 * FAILED_PRECONDITION, DATA_LOSS, PERMISSION_DENIED and RESOURCE_EXHAUSTED quarantine the document at once, with the
 * error's message as the reason; anything retryable is tried again on a paced schedule and then quarantined.
 * Running it twice with the same event must give the same result and the same effects.
 */
export interface Stage<In extends EventName> {
  readonly name: string;
  readonly input: In;
  run(message: EventMessage<In>, context: StageContext): Promise<StageOutcome>;
}

/**
 * Object key of an artefact. The revision keeps verdicts from overwriting what they corrected; the run keeps a second delivery
 * that works beside the first from replacing objects whose digests the first has put into its event.
 */
export function artefactKey(owner: Pick<StageContext, "tenant" | "documentId" | "revision" | "run">, name: string): string {
  return `${owner.tenant}/${owner.documentId}/r${owner.revision}/${owner.run}/${name}`;
}
