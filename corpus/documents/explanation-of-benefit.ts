import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Column } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { DocumentKind, Draft } from "./draft.ts";
import { memberAddress, notices, payerHead, runningHead } from "./phrases.ts";
import { lineCount, serviceLines } from "./service-lines.ts";

/** What a payer sends a member after a claim: what was billed, allowed, paid, and what is owed. */
export const explanationOfBenefit: DocumentKind = {
  type: DocumentType.EXPLANATION_OF_BENEFIT,
  slug: "explanation-of-benefits",
  medical: false,
  sentOn: (story) => story.dates.statement,
  values: (draft) => ({ "letter.date": draft.story.dates.statement, ...serviceLines(draft, true).values }),
  write: (draft) => ({ blocks: [...heads(draft), ...bodies(draft), ...backPages(draft)], running: () => runningHead(draft) }),
};

function heads(draft: Draft): Block[] {
  const { values, style, random } = draft;
  const title = random.fork("title").pick(["Explanation of Benefits", "EXPLANATION OF BENEFITS (EOB)", "Your Explanation of Benefits"]);
  const warning: Block = { kind: "paragraph", bold: true, text: [random.fork("not").pick(["THIS IS NOT A BILL", "This is not a bill."])] };
  const items = ["member.name", "member.id", "member.date_of_birth", "group.number", "claim.number"].map((name) => values.item(name));
  const date = values.item("letter.date", { label: "Statement Date" });
  if (style.layout !== "letter")
    return [
      payerHead(draft),
      { kind: "title", text: title },
      warning,
      { kind: "facts", items: [...items, date, values.item("provider.name")] },
    ];
  return [
    payerHead(draft),
    { kind: "lines", lines: [[values.show("letter.date")]] },
    memberAddress(draft),
    { kind: "title", text: title },
    warning,
    { kind: "facts", as: "inline", columns: 1, items },
    {
      kind: "paragraph",
      text: [
        `Dear ${draft.story.member.first}, this statement shows how we processed a claim from `,
        values.show("provider.name"),
        ". Keep it with your records.",
      ],
    },
  ];
}

function bodies(draft: Draft): Block[] {
  const { values, style } = draft;
  const totals = ["claim.total_charge_cents", "claim.total_allowed_cents", "claim.total_paid_cents", "claim.patient_responsibility_cents"];
  const summary: Block = {
    kind: "facts",
    items: totals.map((name) => values.item(name)),
    ...(style.layout === "form" ? { as: "boxed", columns: 2 } : {}),
  };
  const detail: Block[] = [
    { kind: "heading", text: draft.random.fork("detail").pick(["Claim Detail", "Service Details", "How We Processed Your Claim"]) },
    lineTable(draft),
  ];
  return style.layout === "form"
    ? [{ kind: "heading", text: "Summary" }, summary, ...detail]
    : [...detail, { kind: "heading", text: "Totals" }, summary];
}

function lineTable(draft: Draft): Block {
  const { values } = draft;
  const random = draft.random.fork("columns");
  const columns: Column[] = [
    { title: random.pick(["Service Date", "Date"]), share: 2 },
    { title: random.pick(["Code", "HCPCS", "Procedure"]), share: 1.4 },
    { title: random.pick(["Units", "Qty"]), share: 1, align: "right" },
    { title: random.pick(["Billed", "Charge", "Amount Billed"]), share: 2, align: "right" },
    { title: "Allowed", share: 2, align: "right" },
    { title: random.pick(["Plan Paid", "Paid"]), share: 2, align: "right" },
    { title: random.pick(["Reason", "CARC", "Note"]), share: 1.2 },
  ];
  const names = ["service_date", "hcpcs", "units", "charge_cents", "allowed_cents", "paid_cents", "carc"];
  const rows = Array.from({ length: lineCount(values.has) }, (_, index) =>
    names.map((name): Text => [values.show(`lines[${index}].${name}`)]),
  );
  return { kind: "table", columns, rows };
}

function backPages(draft: Draft): Block[] {
  const used = new Set(Array.from({ length: lineCount(draft.values.has) }, (_, index) => draft.values.get(`lines[${index}].carc`)));
  const notes = draft.codes.reasons
    .filter((reason) => used.has(reason.code))
    .map((reason): Text => [`Code ${reason.code} means: ${reason.text}.`]);
  return [
    { kind: "heading", text: "What the reason codes mean" },
    { kind: "bullets", items: notes },
    ...(draft.extent === "short" ? [] : ([{ kind: "break" }] satisfies Block[])),
    { kind: "heading", text: "Terms used in this statement" },
    {
      kind: "bullets",
      items: [
        ["Amount billed: what your provider charged."],
        ["Allowed: the most the plan pays for a service under its contract with the provider."],
        ["Deductible: what you pay before the plan begins to pay."],
        ["Coinsurance: your share of the allowed amount after the deductible."],
        ["Patient responsibility: what your provider may bill you."],
      ],
    },
    { kind: "heading", text: "If you do not agree" },
    ...notices(draft, draft.extent === "long" ? 9 : 6),
  ];
}
