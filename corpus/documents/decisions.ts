import type { Case } from "../case.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Random } from "../random.ts";
import type { Draft } from "./draft.ts";

/** Printed words of each decision: on a check box, in a table cell. */
export const DECISION_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  approved: ["Approved", "APPROVED"],
  denied: ["Denied", "DENIED"],
  pended: ["Pended", "PENDED"],
  modified: ["Modified", "MODIFIED"],
  partially_approved: ["Partially Approved", "PARTIALLY APPROVED"],
  cancelled: ["Cancelled", "CANCELLED"],
};

const WEIGHTED: readonly string[] = [
  ...Array<string>(8).fill("approved"),
  ...Array<string>(6).fill("denied"),
  ...Array<string>(3).fill("pended"),
  "modified",
  "partially_approved",
  "cancelled",
];

const DENIALS: readonly string[] = [
  "The records do not show a trial and failure of two preferred drugs",
  "The request does not meet the plan criteria for medical necessity",
  "The drug is not on the plan formulary and no exception was documented",
  "Step therapy with methotrexate has not been completed",
  "The requested quantity exceeds the plan limit",
  "The diagnosis submitted is not a covered indication for this drug",
  "The service is considered investigational for the condition submitted",
];

const PENDS: readonly string[] = [
  "Chart notes from the last 90 days and current laboratory results",
  "Documentation of prior therapies with dates and outcomes",
  "A completed prescriber signature page and the current weight",
  "Tuberculosis screening result from the last 12 months",
  "Pathology report and biomarker test results",
];

/** Draws a decision and the values that go with it. `forced` fixes the decision. */
export function decisionValues(story: Case, random: Random, forced?: string): Record<string, string> {
  const decision = forced ?? random.pick(WEIGHTED);
  const approval = {
    "authorization.start_date": story.dates.authorizationStart,
    "authorization.end_date": story.dates.authorizationEnd,
    "authorization.units": String(random.pick([1, 2, 4, 6, 12, 24, 60, 120])),
  };
  return {
    decision,
    ...(["approved", "modified", "partially_approved"].includes(decision) ? approval : {}),
    ...(["denied", "partially_approved", "modified"].includes(decision)
      ? { "denial.reason": random.pick(DENIALS), "appeal.deadline_date": story.dates.appealDeadline }
      : {}),
    ...(decision === "pended" ? { "pend.requested_information": random.pick(PENDS) } : {}),
  };
}

/** The decision in one sentence of a letter. */
export function decisionSentence(draft: Draft): Text {
  const { values, random } = draft;
  const bold = random.fork("bold").chance(0.5);
  const show = (as: string) => values.show("decision", { as, bold });
  const forms: Readonly<Record<string, readonly Text[]>> = {
    approved: [
      ["We are pleased to inform you that this request has been ", show("approved"), "."],
      ["Our decision: ", show("APPROVED"), ". The plan covers this drug as described below."],
    ],
    denied: [
      ["After careful review, this request has been ", show("denied"), "."],
      ["We have ", show("denied"), " coverage of this drug for the reason stated below."],
    ],
    pended: [
      ["Your request has been ", show("pended"), ". We need more information before we can decide."],
      ["Status of this request: ", show("PENDED"), "."],
    ],
    modified: [["Your request has been ", show("modified"), ". We approved a different amount than requested."]],
    partially_approved: [["This request has been ", show("partially approved"), ". Part of what was requested is covered."]],
    cancelled: [["This request has been ", show("cancelled"), " at the request of the prescriber."]],
  };
  return random.fork("sentence").pick(forms[values.get("decision")] ?? []);
}

const ITEMS: Readonly<Record<string, readonly string[]>> = {
  approved: ["authorization.number", "authorization.start_date", "authorization.end_date", "authorization.units"],
  modified: ["authorization.number", "authorization.start_date", "authorization.end_date", "authorization.units", "denial.reason"],
  partially_approved: [
    "authorization.number",
    "authorization.start_date",
    "authorization.end_date",
    "authorization.units",
    "denial.reason",
  ],
  denied: ["authorization.number", "denial.reason", "appeal.deadline_date"],
  pended: ["authorization.number", "pend.requested_information"],
  cancelled: ["authorization.number"],
};

const WIDE: ReadonlySet<string> = new Set(["denial.reason", "pend.requested_information"]);

/** Label and value of everything that goes with the decision. */
export function decisionItems(draft: Draft): Item[] {
  const names = ITEMS[draft.values.get("decision")] ?? [];
  return names.map((name) => draft.values.item(name, { wide: WIDE.has(name) }));
}

/** What goes with the decision, in sentences. */
export function decisionDetails(draft: Draft): Block[] {
  const { values } = draft;
  const decision = values.get("decision");
  const paragraph = (...text: Text): Block => ({ kind: "paragraph", text });
  const period = (): Block =>
    paragraph(
      "This authorization is valid from ",
      values.show("authorization.start_date"),
      " through ",
      values.show("authorization.end_date"),
      " for ",
      values.show("authorization.units"),
      " units.",
    );
  const reason = (): Block => paragraph("Reason for our decision: ", values.show("denial.reason"), ".");
  const forms: Readonly<Record<string, () => Block[]>> = {
    approved: () => [period(), paragraph("Please use authorization number ", values.show("authorization.number"), " on all claims.")],
    modified: () => [period(), reason()],
    partially_approved: () => [period(), reason()],
    denied: () => [reason()],
    pended: () => [
      paragraph(
        "Please send us: ",
        values.show("pend.requested_information"),
        ". If we do not receive it within 14 days, we will decide on the information we have.",
      ),
    ],
    cancelled: () => [paragraph("No further action is needed. A new request may be sent at any time.")],
  };
  return forms[decision]?.() ?? [];
}
