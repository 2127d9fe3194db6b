import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Item } from "../draw/block.ts";
import { benefitValues } from "./benefits.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { enclosures, memberAddress, notices, payerHead, payerName, runningHead } from "./phrases.ts";

/** A plan's summary of benefits for one member. */
export const benefitSummary: DocumentKind = {
  type: DocumentType.BENEFIT_SUMMARY,
  slug: "benefit-summary",
  medical: false,
  sentOn: (story) => story.dates.coverageStart,
  values: ({ story, random }) => ({
    "letter.date": story.dates.coverageStart,
    "coverage.effective_date": story.dates.coverageStart,
    "coverage.end_date": story.dates.coverageEnd,
    ...benefitValues(random.fork("benefits")),
  }),
  write: (draft) => ({ blocks: [...BODIES[draft.style.layout](draft), ...enclosures(draft)], running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

const MONEY = [
  "benefit.deductible_cents",
  "benefit.deductible_met_cents",
  "benefit.out_of_pocket_max_cents",
  "benefit.copay_cents",
  "benefit.coinsurance_percent",
];

function memberItems(draft: Draft): Item[] {
  return ["member.name", "member.id", "member.date_of_birth", "group.number", "plan.name", "coverage.effective_date"].map((name) =>
    draft.values.item(name),
  );
}

function authorization(draft: Draft): Block {
  const required = draft.values.get("benefit.prior_authorization_required");
  return {
    kind: "options",
    label: "Prior Authorization Required",
    options: (["yes", "no"] as const).map((one) => {
      const text = one === "yes" ? "Yes" : "No";
      return {
        text: one === required ? [draft.values.show("benefit.prior_authorization_required", { as: text })] : [text],
        checked: one === required,
      };
    }),
  };
}

function title(draft: Draft): Block {
  return {
    kind: "title",
    text: draft.random
      .fork("title")
      .pick(["Summary of Benefits and Coverage", "Summary of Benefits", "Your Benefit Summary", "Schedule of Benefits"]),
  };
}

function letterBody(draft: Draft): Block[] {
  const { values } = draft;
  return [
    payerHead(draft),
    memberAddress(draft),
    title(draft),
    { kind: "facts", as: "inline", columns: 1, items: memberItems(draft) },
    {
      kind: "paragraph",
      text: [
        `Dear ${draft.story.member.first}, here is what your plan `,
        values.show("plan.name"),
        " pays for and what you pay in the plan year that began on ",
        values.show("coverage.effective_date"),
        ".",
      ],
    },
    {
      kind: "paragraph",
      text: [
        "The individual deductible is ",
        values.show("benefit.deductible_cents"),
        "; so far ",
        values.show("benefit.deductible_met_cents"),
        " of it has been met. The out-of-pocket maximum is ",
        values.show("benefit.out_of_pocket_max_cents"),
        ".",
      ],
    },
    {
      kind: "paragraph",
      text: [
        "A specialist visit has a copay of ",
        values.show("benefit.copay_cents"),
        ". After the deductible, your coinsurance is ",
        values.show("benefit.coinsurance_percent"),
        ".",
      ],
    },
    authorization(draft),
    ...services(draft),
    ...notices(draft, draft.extent === "long" ? 7 : 3),
  ];
}

function formBody(draft: Draft): Block[] {
  const { values } = draft;
  return [
    payerHead(draft),
    title(draft),
    { kind: "heading", text: "Member and Plan" },
    { kind: "facts", items: [...memberItems(draft), { label: "Health Plan", value: [payerName(draft)] }] },
    { kind: "heading", text: "What You Pay" },
    { kind: "facts", items: MONEY.map((name) => values.item(name)) },
    authorization(draft),
    ...services(draft),
    ...notices(draft, 3),
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values } = draft;
  const labels = MONEY.map((name) => values.item(name));
  return [
    payerHead(draft),
    title(draft),
    { kind: "facts", items: memberItems(draft) },
    {
      kind: "table",
      columns: [
        { title: "Benefit", share: 3 },
        { title: "In Network", share: 2 },
        { title: "Why It Matters", share: 4 },
      ],
      rows: labels.map((item, index) => [[item.label], item.value, [WHY[index] ?? ""]]),
    },
    authorization(draft),
    ...services(draft),
    ...notices(draft, 3),
  ];
}

const WHY: readonly string[] = [
  "You pay this much before the plan begins to pay.",
  "Counted toward the limit so far.",
  "The most you pay in a plan year for covered care.",
  "A fixed amount for a visit.",
  "Your share of the allowed amount.",
];

function services(draft: Draft): Block[] {
  const random = draft.random.fork("services");
  const names = [
    "Primary care visit",
    "Preventive care",
    "Diagnostic imaging",
    "Emergency room",
    "Generic drugs",
    "Specialty drugs",
    "Home health care",
    "Physical therapy",
  ];
  const rules = [
    "Deductible applies",
    "No charge",
    "Copay applies",
    "Coinsurance applies",
    "Not covered out of network",
    "Limit of 30 visits",
  ];
  return [
    { kind: "heading", text: "Common Medical Events" },
    {
      kind: "table",
      columns: [
        { title: "Service", share: 2 },
        { title: "What the plan says", share: 3 },
      ],
      rows: random
        .shuffle(names)
        .slice(0, draft.extent === "short" ? 4 : 7)
        .map((name) => [[name], [random.pick(rules)]]),
    },
  ];
}
