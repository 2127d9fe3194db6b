import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { addDays } from "../calendar.ts";
import type { Block } from "../draw/block.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { DECISION_WORDS, decisionDetails, decisionItems, decisionSentence, decisionValues } from "./decisions.ts";
import { diagnosisList, drugName, enclosures, memberAddress, notices, payerHead, providerAddress, runningHead } from "./phrases.ts";

/** A payer's letter that approves, denies, pends, changes or cancels a prior authorization request. */
export const determinationLetter: DocumentKind = {
  type: DocumentType.DETERMINATION_LETTER,
  slug: "determination-letter",
  medical: false,
  sentOn: (story) => story.dates.letter,
  values: ({ story, random }) => ({
    "letter.date": story.dates.letter,
    "request.date": story.dates.request,
    ...decisionValues(story, random.fork("decision")),
  }),
  write: (draft) => ({ blocks: [...BODIES[draft.style.layout](draft), ...enclosures(draft)], running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

function letterBody(draft: Draft): Block[] {
  const { values, random } = draft;
  const toMember = random.fork("addressee").chance(0.6);
  const decision = values.get("decision");
  return [
    payerHead(draft),
    { kind: "lines", lines: [[values.show("letter.date")]] },
    toMember ? memberAddress(draft) : providerAddress(draft),
    {
      kind: "facts",
      as: "inline",
      columns: 1,
      items: [
        values.item("member.name"),
        values.item("member.id"),
        values.item("member.date_of_birth"),
        { label: random.fork("drug-label").pick(["Medication", "Drug Requested", "Requested Drug"]), value: drugName(draft) },
        values.item("provider.name"),
        ...(values.has("authorization.number") ? [values.item("authorization.number")] : []),
      ],
    },
    {
      kind: "paragraph",
      text: toMember
        ? [`Dear ${draft.story.member.first} ${draft.story.member.last}:`]
        : [`Dear Dr. ${draft.story.provider.name.split(" ").at(-1)}:`],
    },
    {
      kind: "paragraph",
      text: [
        `Thank you for the request that we received on `,
        values.show("request.date"),
        ` for `,
        values.show("drug.name"),
        " ",
        values.show("drug.strength"),
        ".",
      ],
    },
    { kind: "paragraph", text: decisionSentence(draft) },
    ...decisionDetails(draft),
    ...(decision === "approved" ? [] : appealRights(draft)),
    ...notices(draft, draft.extent === "long" ? 7 : random.fork("notice-count").int(2, 6)),
    { kind: "paragraph", text: ["Sincerely,"] },
    {
      kind: "signature",
      caption: draft.story.payer.department,
      name: [random.fork("signer").pick(["Clinical Review Team", "Pharmacy Services", "Utilization Management", "Medical Director"])],
    },
  ];
}

function formBody(draft: Draft): Block[] {
  const { values, random } = draft;
  const decision = values.get("decision");
  return [
    payerHead(draft),
    {
      kind: "title",
      text: random.fork("title").pick(["Notice of Coverage Determination", "Prior Authorization Determination", "Notice of Decision"]),
    },
    { kind: "facts", items: [values.item("letter.date"), values.item("request.date")] },
    { kind: "heading", text: "Member Information" },
    {
      kind: "facts",
      items: [values.item("member.name"), values.item("member.date_of_birth"), values.item("member.id"), values.item("plan.name")],
    },
    { kind: "heading", text: "Provider Information" },
    {
      kind: "facts",
      items: [values.item("provider.name"), values.item("provider.npi"), values.item("provider.phone"), values.item("provider.fax")],
    },
    { kind: "heading", text: "Request" },
    {
      kind: "facts",
      items: [
        { label: "Drug Name", value: drugName(draft) },
        values.item("drug.strength"),
        values.item("drug.quantity"),
        values.item("drug.days_supply"),
        { label: "Diagnosis", value: diagnosisList(draft, false) },
      ],
    },
    { kind: "heading", text: "Decision" },
    {
      kind: "options",
      label: "",
      options: ["approved", "denied", "pended", "modified", "partially_approved", "cancelled"].map((one) => ({
        text: one === decision ? [values.show("decision", { as: DECISION_WORDS[one]?.[0] ?? one })] : [DECISION_WORDS[one]?.[0] ?? one],
        checked: one === decision,
      })),
    },
    { kind: "facts", items: decisionItems(draft) },
    ...(decision === "approved" ? [] : appealRights(draft)),
    ...notices(draft, draft.extent === "long" ? 6 : 2),
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values, random } = draft;
  const decision = values.get("decision");
  return [
    payerHead(draft),
    {
      kind: "title",
      text: random.fork("title").pick(["Authorization Status Notice", "Determination Summary", "Coverage Decision Notice"]),
    },
    {
      kind: "facts",
      items: [
        values.item("letter.date"),
        values.item("member.name"),
        values.item("member.id"),
        values.item("member.date_of_birth"),
        values.item("group.number"),
        values.item("provider.name"),
      ],
    },
    {
      kind: "table",
      columns: [
        { title: "Drug", share: 3 },
        { title: "Strength", share: 2 },
        { title: "Qty", share: 1, align: "right" },
        { title: "Days", share: 1, align: "right" },
        { title: "Decision", share: 2 },
      ],
      rows: [
        [
          drugName(draft),
          [values.show("drug.strength")],
          [values.show("drug.quantity")],
          [values.show("drug.days_supply")],
          [values.show("decision", { as: DECISION_WORDS[decision]?.[1] ?? decision, bold: true })],
        ],
      ],
    },
    { kind: "facts", items: decisionItems(draft) },
    ...(decision === "approved" ? [] : appealRights(draft)),
    ...notices(draft, draft.extent === "long" ? 7 : random.fork("notice-count").int(2, 6)),
  ];
}

function appealRights(draft: Draft): Block[] {
  const { values, story } = draft;
  const deadline: Block[] = values.has("appeal.deadline_date")
    ? [
        {
          kind: "paragraph",
          text: [
            "If you disagree, you or your provider may appeal. We must receive the appeal by ",
            values.show("appeal.deadline_date", { bold: true }),
            ".",
          ],
        },
      ]
    : [];
  return [
    { kind: "heading", text: draft.random.fork("rights").pick(["Your Appeal Rights", "How to Appeal", "What You Can Do Next"]) },
    ...deadline,
    {
      kind: "bullets",
      items: [
        [`Write to: ${story.payer.payer.displayName} Appeals, ${story.payer.address.join(", ")}.`],
        ["Ask for a faster review if waiting could put life or health at risk."],
        [`A peer-to-peer discussion may be requested until ${values.date(addDays(story.dates.letter, 14))}.`],
      ],
    },
  ];
}
