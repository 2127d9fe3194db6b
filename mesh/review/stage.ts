import { Assessment, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Collection } from "../../runtime/store/store.ts";
import { documentTypeName } from "../document-type-name.ts";
import { type HubMessage, type HubPublisher, hubEventId } from "../hub-events.ts";
import type { Stage } from "../stage.ts";
import { recordRef } from "../store/object-ref.ts";
import { type ReviewItem, reviewItemId } from "../store/reviews.ts";

export interface ReviewStageDeps {
  readonly reviews: Collection<ReviewItem>;
  readonly publisher: HubPublisher;
  /** Token of the hub in its subjects. */
  readonly hubName: string;
}

/**
 * Puts a document that the score does not trust into the queue and tells the hub that it waits, without anything of its
 * content. The flow of this revision ends here; a verdict starts the next one.
 */
export function createReviewStage(deps: ReviewStageDeps): Stage<"review_requested"> {
  return {
    name: "review",
    input: "review_requested",
    run: async (message, context) => {
      const { head, understanding: understandingRef, assessment: assessmentRef } = message;
      if (head === undefined || understandingRef === undefined || assessmentRef === undefined) {
        throw new PayerHubError(
          "INVALID_ARGUMENT",
          'queueing the event "review_requested": it lacks its head or an artefact, all three are required',
        );
      }
      const { tenant, documentId, revision, objects, signal, world } = context;
      const understanding = await objects.readMessage(tenant, understandingRef, Understanding, signal);
      const assessment = await objects.readMessage(tenant, assessmentRef, Assessment, signal);
      const item: ReviewItem = {
        documentId,
        revision,
        state: "open",
        documentType: documentTypeName(understanding.type),
        payerId: understanding.payerId,
        confidence: assessment.confidence,
        reasons: assessment.reasons.map(({ code, text, field }) => ({ code, text, field })),
        createdAtMs: world.now(),
        understanding: recordRef(understandingRef),
        words: message.words.map(recordRef),
        images: message.images.map(recordRef),
      };
      await insertOnce(deps.reviews, { tenant, item }, signal);
      await deps.publisher.publish(needsReview(deps, { tenant, item, receivedAtMs: Number(head.receivedAtMs) }), signal);
      return { next: undefined, facts: { state: "in_review", reasons: item.reasons.map(({ code }) => code) } };
    },
  };
}

/** An item that is there already stays as it is: somebody may be working on it. */
async function insertOnce(
  reviews: Collection<ReviewItem>,
  { tenant, item }: { tenant: string; item: ReviewItem },
  signal: AbortSignal,
): Promise<void> {
  try {
    await reviews.insert(tenant, reviewItemId(item.documentId, item.revision), item, signal);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "queueing a document for review" });
    if (error.code !== "ALREADY_EXISTS") throw error;
  }
}

function needsReview(
  deps: ReviewStageDeps,
  { tenant, item, receivedAtMs }: { tenant: string; item: ReviewItem; receivedAtMs: number },
): HubMessage {
  const { documentId, revision, documentType, payerId, confidence } = item;
  const type = "document.needs_review";
  return {
    id: hubEventId(documentId, revision, type),
    type,
    tenant,
    hub: deps.hubName,
    time: new Date(receivedAtMs).toISOString(),
    subject: documentId,
    data: {
      documentId,
      revision,
      documentType,
      payerId,
      confidence,
      caseId: "",
      decision: "",
      settledByPerson: false,
      bundleJson: "",
      adverseEventMention: false,
      reasons: item.reasons.map(({ code }) => code),
    },
  };
}
