import { DocumentType, type Understanding } from "../proto/document/v1/document.pb.ts";

const DAY_MS = 86_400_000;

/**
 * Days and hours of each clock. Decision times: CMS-0057-F, in force since 1 January 2026. The appeal window is used only
 * when the letter states no deadline, and is shorter than any of the usual ones (65 days for Medicare Advantage, 180 for
 * most commercial plans), so that it never lets one pass.
 */
export const WORK_CLOCKS = {
  standardDecisionDays: 7,
  expeditedDecisionDays: 3,
  requestedInformationDays: 7,
  appealDays: 60,
  renewalDaysBeforeEnd: 30,
  ordinaryDays: 2,
} as const;

/** What the hub has to do next, and by when. */
export interface WorkItem {
  /** Stable identifier, for example `appeal-denial`. */
  readonly code: string;
  readonly text: string;
  /** ISO date. */
  readonly dueDate: string;
}

/** ISO date `days` after an ISO date or an instant in milliseconds. */
function plusDays(from: string | number, days: number): string {
  return new Date((typeof from === "number" ? from : Date.parse(`${from}T00:00:00Z`)) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The value as a real calendar date, or undefined. */
export function isoDate(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const at = Date.parse(`${value}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value ? undefined : value;
}

/** The next piece of work that a document causes, with its due date. Pure: the same document always gives the same answer. */
export function workItemOf(understanding: Understanding, receivedAtMs: number): WorkItem {
  const value = (name: string) => understanding.fields.find((field) => field.name === name)?.value ?? "";
  const date = (name: string) => isoDate(value(name));
  const stated = date("letter.date") ?? plusDays(receivedAtMs, 0);
  if (understanding.type === DocumentType.DETERMINATION_LETTER) return afterDetermination(understanding.decision, stated, date);
  if (understanding.type === DocumentType.PRIOR_AUTHORIZATION_REQUEST) {
    const days = value("request.urgency") === "expedited" ? WORK_CLOCKS.expeditedDecisionDays : WORK_CLOCKS.standardDecisionDays;
    return { code: "follow-decision", text: "Follow the prior authorization decision", dueDate: plusDays(receivedAtMs, days) };
  }
  if (understanding.type === DocumentType.APPEAL_LETTER) {
    const dueDate = date("appeal.deadline_date") ?? plusDays(receivedAtMs, WORK_CLOCKS.ordinaryDays);
    return { code: "follow-appeal", text: "Follow the appeal", dueDate };
  }
  return { ...ordinaryWork(understanding.type), dueDate: plusDays(receivedAtMs, WORK_CLOCKS.ordinaryDays) };
}

function afterDetermination(decision: string, stated: string, date: (name: string) => string | undefined): WorkItem {
  if (decision === "pended") {
    const dueDate = date("appeal.deadline_date") ?? plusDays(stated, WORK_CLOCKS.requestedInformationDays);
    return { code: "send-information", text: "Send the requested information", dueDate };
  }
  if (decision === "approved" || decision === "modified") {
    const end = date("authorization.end_date");
    const dueDate = end === undefined ? plusDays(stated, WORK_CLOCKS.ordinaryDays) : plusDays(end, -WORK_CLOCKS.renewalDaysBeforeEnd);
    return { code: "renew-authorization", text: "Renew the authorization before it ends", dueDate };
  }
  if (decision === "cancelled") {
    return { code: "close-request", text: "Close the cancelled request", dueDate: plusDays(stated, WORK_CLOCKS.ordinaryDays) };
  }
  const dueDate = date("appeal.deadline_date") ?? plusDays(stated, WORK_CLOCKS.appealDays);
  return { code: "appeal-denial", text: "Decide on an appeal before the deadline", dueDate };
}

const ORDINARY: ReadonlyMap<DocumentType, Pick<WorkItem, "code" | "text">> = new Map<DocumentType, Pick<WorkItem, "code" | "text">>([
  [DocumentType.ELIGIBILITY_RESPONSE, { code: "confirm-coverage", text: "Confirm the coverage with the patient" }],
  [DocumentType.BENEFIT_SUMMARY, { code: "confirm-benefits", text: "Confirm the benefits with the patient" }],
  [DocumentType.CLAIM_FORM, { code: "follow-claim", text: "Follow the claim" }],
  [DocumentType.EXPLANATION_OF_BENEFIT, { code: "check-payment", text: "Check the payment and what the patient owes" }],
  [DocumentType.PRESCRIPTION, { code: "start-prescription", text: "Start the prescription's benefit verification" }],
]);

function ordinaryWork(type: DocumentType): Pick<WorkItem, "code" | "text"> {
  return ORDINARY.get(type) ?? { code: "file-document", text: "File the document with the case" };
}
