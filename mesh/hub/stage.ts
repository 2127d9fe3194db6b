import { Assessment, type DocumentHead, DocumentDelivered, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Seal } from "../../runtime/seal.ts";
import { documentTypeName } from "../document-type-name.ts";
import { type HubPublisher, hubEventId, hubEventType } from "../hub-events.ts";
import { memberIndexes } from "../member-index.ts";
import { isSettledByPerson } from "../settled-by-person.ts";
import type { Stage } from "../stage.ts";
import { workItemOf } from "../work-clock.ts";
import type { CaseUpdate, Hub } from "./hub.ts";

export interface HubStageDeps {
  readonly hub: Hub;
  readonly publisher: HubPublisher;
  readonly seal: Seal;
  /** Token of the hub in its subjects. */
  readonly hubName: string;
}

/**
 * Brings the case up to date, then publishes the hub event. Both carry one id that follows from document, revision and
 * type, so that a redelivery at any point has no second effect. What the hub gets is the disclosed bundle, as released.
 */
export function createHubStage(deps: HubStageDeps): Stage<"released"> {
  return {
    name: "deliver",
    input: "released",
    run: async (message, context) => {
      const { head, understanding: understandingRef, assessment: assessmentRef, disclosedBundle } = message;
      if (head === undefined || understandingRef === undefined || assessmentRef === undefined || disclosedBundle === undefined) {
        throw new PayerHubError("INVALID_ARGUMENT", 'delivering the event "released": it lacks an artefact, all three are required');
      }
      if (message.auditEntryId === "") {
        throw new PayerHubError(
          "FAILED_PRECONDITION",
          'delivering the event "released": it names no audit entry, a disclosure must be audited',
        );
      }
      const { tenant, objects, signal } = context;
      const understanding = await objects.readMessage(tenant, understandingRef, Understanding, signal);
      const { confidence } = await objects.readMessage(tenant, assessmentRef, Assessment, signal);
      const bundleJson = Buffer.from(await objects.readBytes(tenant, disclosedBundle, signal)).toString("utf8");
      const update = caseUpdate(deps.seal, head, understanding);
      const { caseId } = await deps.hub.upsertCase(update, signal);
      const { documentId, revision, payerId, decision, adverseEventMention } = update;
      const documentType = documentTypeName(understanding.type);
      const settledByPerson = isSettledByPerson(understanding);
      const told = { documentId, revision, documentType, caseId, payerId, decision, confidence, settledByPerson, adverseEventMention };
      const event = { id: update.eventId, type: update.type, tenant, hub: deps.hubName, subject: caseId };
      const time = new Date(update.receivedAtMs).toISOString();
      await deps.publisher.publish({ ...event, time, data: { ...told, bundleJson, reasons: [] } }, signal);
      return {
        next: { name: "delivered", message: DocumentDelivered.fromPartial({ head, hubEventId: update.eventId, caseId }) },
        facts: { state: "delivered", hubEventId: update.eventId, hubEventType: update.type, caseId },
      };
    },
  };
}

function caseUpdate(seal: Seal, head: DocumentHead, understanding: Understanding): CaseUpdate {
  const { tenant, documentId, revision } = head;
  const value = (name: string) => understanding.fields.find((field) => field.name === name)?.value.trim() ?? "";
  const { member, person } = memberIndexes(seal, tenant, understanding);
  const type = hubEventType(understanding.type, understanding.decision);
  const receivedAtMs = Number(head.receivedAtMs);
  const memberId = value("member.id");
  return {
    tenant,
    documentId,
    revision,
    type,
    receivedAtMs,
    eventId: hubEventId(documentId, revision, type),
    payerId: understanding.payerId,
    decision: understanding.decision,
    memberIndex: member,
    personIndex: person,
    patientName: value("member.name"),
    memberIdMasked: memberId.length > 8 ? `••••••${memberId.slice(-4)}` : "",
    drug: value("drug.name"),
    adverseEventMention: understanding.adverseEventMention,
    work: workItemOf(understanding, receivedAtMs),
  };
}
