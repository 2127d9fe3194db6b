import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Column, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { diagnosisList, payerName, practiceHead, runningHead } from "./phrases.ts";
import { lineCount, serviceLines } from "./service-lines.ts";

/** A practice's professional claim on paper, in own artwork: the national claim form's is not ours to copy. */
export const claimForm: DocumentKind = {
  type: DocumentType.CLAIM_FORM,
  slug: "claim-form",
  medical: false,
  sentOn: (story) => story.dates.service,
  values: (draft) => serviceLines(draft, false).values,
  write: (draft) => ({ blocks: BODIES[draft.style.layout](draft), running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

function patientItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    { label: "Insurance", value: [payerName(draft)] },
    ...["member.id", "member.name", "member.date_of_birth", "subscriber.name", "group.number", "plan.name"].map((name) =>
      values.item(name),
    ),
    { label: "Patient Address", value: [`${story.member.street}, ${story.member.cityLine}`], wide: true },
  ];
}

function billingItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    { label: "Rendering Provider", value: [values.show("provider.name"), `, ${story.provider.credential}`] },
    values.item("provider.npi"),
    values.item("provider.phone"),
    { label: "Place of Service", value: [draft.random.fork("pos").pick(["11 Office", "22 Outpatient hospital", "12 Home"])] },
    { label: "Federal Tax ID", value: [`${draft.random.fork("tax").int(10, 98)}-${draft.random.fork("tax").digits(7)}`] },
    { label: "Accept Assignment", value: ["Yes"] },
  ];
}

function diagnoses(draft: Draft): Block {
  const { values, style } = draft;
  const items = draft.story.diagnoses.map((_, index) => values.item(`diagnoses[${index}].icd10`, { label: `Diagnosis ${"ABCDE"[index]}` }));
  return { kind: "facts", items, ...(style.layout === "form" ? { as: "boxed", columns: 3 } : {}) };
}

function lines(draft: Draft): Block {
  const { values } = draft;
  const random = draft.random.fork("columns");
  const columns: Column[] = [
    { title: random.pick(["Date of Service", "Service Date", "DOS"]), share: 2 },
    { title: "POS", share: 0.8 },
    { title: random.pick(["Procedure", "CPT/HCPCS", "HCPCS"]), share: 1.6 },
    { title: "Dx Pointer", share: 1.2 },
    { title: random.pick(["Units", "Days or Units"]), share: 1, align: "right" },
    { title: random.pick(["Charges", "Charge"]), share: 2, align: "right" },
  ];
  const rows = Array.from({ length: lineCount(values.has) }, (_, index): Text[] => {
    const show = (name: string) => values.show(`lines[${index}].${name}`);
    return [[show("service_date")], ["11"], [show("hcpcs")], ["A"], [show("units")], [show("charge_cents")]];
  });
  return { kind: "table", columns, rows };
}

function totals(draft: Draft): Block {
  const { values } = draft;
  return {
    kind: "facts",
    items: [
      values.item("claim.total_charge_cents"),
      { label: "Amount Paid", value: ["$0.00"] },
      { label: "Patient Account No.", value: [`PT${draft.random.fork("account").digits(6)}`] },
    ],
  };
}

function sign(draft: Draft): Block {
  return {
    kind: "signature",
    caption: "Signature of physician or supplier",
    name: [draft.story.provider.name],
    date: [draft.values.date(draft.story.dates.service)],
  };
}

function formBody(draft: Draft): Block[] {
  const { random } = draft;
  const marks = ["Medicare", "Medicaid", "Group health plan", "Other"];
  const chosen = random.fork("coverage").int(0, 3);
  return [
    { kind: "title", text: random.fork("title").pick(["HEALTH INSURANCE CLAIM", "Professional Claim Form", "MEDICAL CLAIM FORM"]) },
    { kind: "options", label: "Coverage", options: marks.map((text, index) => ({ text: [text], checked: index === chosen })) },
    { kind: "facts", as: "boxed", columns: 2, items: patientItems(draft) },
    {
      kind: "options",
      label: "Patient sex",
      options: ["Female", "Male"].map((text) => ({ text: [text], checked: text.toLowerCase() === draft.story.sex })),
    },
    { kind: "heading", text: "Diagnosis or nature of illness" },
    diagnoses(draft),
    { kind: "heading", text: "Services" },
    lines(draft),
    totals(draft),
    { kind: "facts", as: "boxed", columns: 2, items: billingItems(draft) },
    sign(draft),
  ];
}

function tableBody(draft: Draft): Block[] {
  return [
    practiceHead(draft),
    { kind: "title", text: draft.random.fork("title").pick(["Claim for Professional Services", "Insurance Claim"]) },
    { kind: "facts", items: patientItems(draft) },
    diagnoses(draft),
    lines(draft),
    totals(draft),
    { kind: "facts", items: billingItems(draft) },
    sign(draft),
  ];
}

function letterBody(draft: Draft): Block[] {
  const { values, story } = draft;
  return [
    practiceHead(draft),
    {
      kind: "lines",
      lines: [
        [values.date(story.dates.service)],
        [payerName(draft)],
        ["Claims Department"],
        ...story.payer.address.map((line): Text => [line]),
      ],
    },
    { kind: "title", text: "Claim Form: Paper Claim Submission" },
    { kind: "paragraph", text: ["Please accept this claim for services rendered to your member. An electronic claim could not be sent."] },
    { kind: "facts", as: "inline", columns: 1, items: patientItems(draft) },
    { kind: "paragraph", text: ["Diagnosis codes: ", ...diagnosisList(draft, true), "."] },
    lines(draft),
    totals(draft),
    { kind: "facts", as: "inline", columns: 1, items: billingItems(draft) },
    sign(draft),
  ];
}
