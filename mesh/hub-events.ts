import { DocumentType } from "../proto/document/v1/document.pb.ts";
import type { HubEvent } from "../proto/hub/v1/hub.pb.ts";
import { derivedId } from "../runtime/derived-id.ts";

/** `type` of every CloudEvent that a hub may get. */
export const HUB_EVENT_TYPES = [
  "eligibility.updated",
  "prior_authorization.approved",
  "prior_authorization.denied",
  "prior_authorization.pended",
  "prior_authorization.modified",
  "prior_authorization.cancelled",
  "claim.updated",
  "appeal.updated",
  "document.processed",
  "document.needs_review",
] as const;
export type HubEventType = (typeof HUB_EVENT_TYPES)[number];

/** One event for one hub. `id` is the idempotency key at the broker, the hub and its CRM. */
export interface HubMessage {
  readonly id: string;
  readonly type: HubEventType;
  readonly tenant: string;
  readonly hub: string;
  /** ISO 8601 instant; the same on every redelivery. */
  readonly time: string;
  /** Case id; the document's id while it belongs to no case. */
  readonly subject: string;
  readonly data: HubEvent;
}

/** Where hub events go. Resolves when the broker has stored the event; a repeat of the same id is stored once. */
export interface HubPublisher {
  publish(message: HubMessage, signal: AbortSignal): Promise<void>;
}

/** A mixed decision is never told as an approval or a denial: hubs see it as modified, with the items in the bundle. */
const BY_DECISION: ReadonlyMap<string, HubEventType> = new Map([
  ["approved", "prior_authorization.approved"],
  ["denied", "prior_authorization.denied"],
  ["pended", "prior_authorization.pended"],
  ["modified", "prior_authorization.modified"],
  ["partially_approved", "prior_authorization.modified"],
  ["cancelled", "prior_authorization.cancelled"],
]);

const BY_TYPE: ReadonlyMap<DocumentType, HubEventType> = new Map<DocumentType, HubEventType>([
  [DocumentType.ELIGIBILITY_RESPONSE, "eligibility.updated"],
  [DocumentType.BENEFIT_SUMMARY, "eligibility.updated"],
  [DocumentType.CLAIM_FORM, "claim.updated"],
  [DocumentType.EXPLANATION_OF_BENEFIT, "claim.updated"],
  [DocumentType.APPEAL_LETTER, "appeal.updated"],
]);

/** Type of the event that a delivered document becomes. `decision` counts on determination letters only. */
export function hubEventType(type: DocumentType, decision: string): HubEventType {
  if (type === DocumentType.DETERMINATION_LETTER) return BY_DECISION.get(decision) ?? "document.processed";
  return BY_TYPE.get(type) ?? "document.processed";
}

/** Id of the one event of this type that a revision of a document may cause. */
export function hubEventId(documentId: string, revision: number, type: HubEventType): string {
  return derivedId("hub-event", documentId, revision, type);
}
