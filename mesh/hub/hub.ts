import type { HubEventType } from "../hub-events.ts";

/** What a delivered document tells a hub. `eventId` is the idempotency key of the whole effect. */
export interface CaseUpdate {
  readonly tenant: string;
  readonly eventId: string;
  readonly type: HubEventType;
  readonly documentId: string;
  readonly revision: number;
  readonly receivedAtMs: number;
  readonly payerId: string;
  readonly decision: string;
  /** Blind indexes; undefined when the document does not name the member so. */
  readonly memberIndex: string | undefined;
  readonly personIndex: string | undefined;
  readonly patientName: string;
  readonly memberIdMasked: string;
  readonly drug: string;
  readonly adverseEventMention: boolean;
  readonly work: { readonly code: string; readonly text: string; readonly dueDate: string };
}

export interface CaseNote {
  readonly tenant: string;
  readonly caseId: string;
  /** The same id twice is one note. */
  readonly noteId: string;
  readonly text: string;
}

/** One hub or CRM. Every call may be repeated: the same key has one effect. */
export interface Hub {
  /** Opens the case or brings it up to date, and adds the event to its timeline. */
  upsertCase(update: CaseUpdate, signal: AbortSignal): Promise<{ readonly caseId: string }>;
  /** Throws NOT_FOUND when there is no such case. */
  addNote(note: CaseNote, signal: AbortSignal): Promise<void>;
}
