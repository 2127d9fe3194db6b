import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import { benefitValues } from "./benefits.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { enclosures, notices, payerHead, payerName, providerAddress, runningHead } from "./phrases.ts";

/** A payer's answer to a benefit verification: is the member covered, since when, in which group. */
export const eligibilityResponse: DocumentKind = {
  type: DocumentType.ELIGIBILITY_RESPONSE,
  slug: "eligibility-response",
  medical: false,
  sentOn: (story) => story.dates.request,
  values: ({ story, random }) => ({
    "letter.date": story.dates.request,
    "eligibility.status": random.chance(0.82) ? "active" : "inactive",
    "coverage.effective_date": story.dates.coverageStart,
    "coverage.end_date": story.dates.coverageEnd,
    ...benefitValues(random.fork("benefits")),
  }),
  write: (draft) => ({ blocks: [...BODIES[draft.style.layout](draft), ...enclosures(draft)], running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

function status(draft: Draft): Text {
  const active = draft.values.get("eligibility.status") === "active";
  const words = active ? ["Active", "ACTIVE", "Active Coverage"] : ["Inactive", "INACTIVE"];
  return [draft.values.show("eligibility.status", { as: draft.random.fork("status").pick(words), bold: true })];
}

function statusItem(draft: Draft): Item {
  return { ...draft.values.item("eligibility.status"), value: status(draft) };
}

function coverageItems(draft: Draft): Item[] {
  const { values } = draft;
  return [
    statusItem(draft),
    ...["coverage.effective_date", "coverage.end_date", "plan.name", "group.number"].map((name) => values.item(name)),
    { label: "Insurance Type", value: [draft.random.fork("lob").pick(["Commercial", "Medicare Advantage", "Individual Exchange"])] },
  ];
}

function memberItems(draft: Draft): Item[] {
  const { values } = draft;
  const items = ["member.name", "member.id", "member.date_of_birth"].map((name) => values.item(name));
  return [
    ...items,
    values.item("subscriber.name"),
    { label: "Relationship to Subscriber", value: [draft.story.member === draft.story.subscriber ? "Self" : "Dependent"] },
  ];
}

function letterBody(draft: Draft): Block[] {
  const { values } = draft;
  const active = values.get("eligibility.status") === "active";
  return [
    payerHead(draft),
    { kind: "lines", lines: [[values.show("letter.date")]] },
    providerAddress(draft),
    {
      kind: "facts",
      as: "inline",
      columns: 1,
      items: [{ label: "Subject", value: ["Eligibility and benefit verification"] }, ...memberItems(draft)],
    },
    {
      kind: "paragraph",
      text: ["Thank you for asking about coverage of this member. On the date of this letter the coverage is ", ...status(draft), "."],
    },
    {
      kind: "paragraph",
      text: [
        `The member ${active ? "has been" : "was"} enrolled in `,
        values.show("plan.name"),
        ", group number ",
        values.show("group.number"),
        ". Coverage effective date: ",
        values.show("coverage.effective_date"),
        ". Coverage end date: ",
        values.show("coverage.end_date"),
        ".",
      ],
    },
    ...benefits(draft),
    ...notices(draft, draft.extent === "long" ? 6 : 3),
    { kind: "signature", caption: "Member and Provider Services", name: ["Eligibility Team"] },
  ];
}

function formBody(draft: Draft): Block[] {
  const { random } = draft;
  return [
    payerHead(draft),
    {
      kind: "title",
      text: random.fork("title").pick(["Eligibility Verification", "Benefit Verification Response", "Member Eligibility Response"]),
    },
    { kind: "facts", items: [draft.values.item("letter.date", { label: "Response Date" }), { label: "Payer", value: [payerName(draft)] }] },
    { kind: "heading", text: "Member" },
    { kind: "facts", items: memberItems(draft) },
    { kind: "heading", text: "Coverage" },
    { kind: "facts", items: coverageItems(draft) },
    ...benefits(draft),
    ...notices(draft, 2),
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values, random } = draft;
  return [
    payerHead(draft),
    { kind: "title", text: random.fork("title").pick(["Eligibility Summary", "Coverage Verification Report"]) },
    { kind: "facts", items: [...memberItems(draft), ...coverageItems(draft)] },
    {
      kind: "table",
      columns: [
        { title: "Service", share: 3 },
        { title: "Network", share: 2 },
        { title: "Covered", share: 1.5 },
        { title: "Notes", share: 3 },
      ],
      rows: [
        [["Professional visit"], ["In network"], ["Yes"], ["Copay applies"]],
        [["Specialty pharmacy"], ["In network"], ["Yes"], ["See plan drug list"]],
        [["Outpatient hospital"], ["In network"], ["Yes"], ["Deductible applies"]],
        [["Professional visit"], ["Out of network"], [random.fork("oon").pick(["Yes", "No"])], ["Higher cost share"]],
      ],
    },
    { kind: "facts", items: [values.item("letter.date", { label: "Verified On" })] },
    ...notices(draft, 3),
  ];
}

function benefits(draft: Draft): Block[] {
  const names = [
    "benefit.deductible_cents",
    "benefit.deductible_met_cents",
    "benefit.out_of_pocket_max_cents",
    "benefit.copay_cents",
    "benefit.coinsurance_percent",
  ];
  return [
    { kind: "heading", text: "Benefit Detail" },
    { kind: "facts", items: names.map((name) => draft.values.item(name)) },
  ];
}
