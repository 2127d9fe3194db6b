import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import { assessment, priorTherapies, visitNote } from "./clinical.ts";
import { coverSheet } from "./cover-sheet.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { diagnosisList, drugName, payerHead, payerName, practiceHead, runningHead } from "./phrases.ts";

/** A practice's request for a drug under the medical benefit, with clinical notes attached. */
export const priorAuthorizationRequest: DocumentKind = {
  type: DocumentType.PRIOR_AUTHORIZATION_REQUEST,
  slug: "prior-authorization-request",
  medical: true,
  sentOn: (story) => story.dates.request,
  values: ({ story, random }) => ({
    "request.date": story.dates.request,
    "request.urgency": random.chance(0.25) ? "expedited" : "standard",
    "services[0].hcpcs": story.drug.hcpcs ?? "",
    "services[0].units": String(story.drug.hcpcsUnits ?? 1),
    "drug.refills": String(random.int(0, 11)),
  }),
  write: (draft) => ({
    blocks: [
      ...(draft.extent === "long" || draft.random.fork("cover?").chance(0.3)
        ? coverSheet(draft, "Prior authorization request", draft.extent === "long" ? 6 : 3)
        : []),
      ...BODIES[draft.style.layout](draft),
      ...attachments(draft),
    ],
    running: () => runningHead(draft),
  }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

function memberItems(draft: Draft): Item[] {
  const { values } = draft;
  return ["member.name", "member.date_of_birth", "member.id", "member.phone", "plan.name", "group.number"].map((name) => values.item(name));
}

function providerItems(draft: Draft): Item[] {
  return ["provider.name", "provider.npi", "provider.phone", "provider.fax"].map((name) => draft.values.item(name));
}

function drugItems(draft: Draft): Item[] {
  const { values } = draft;
  return [
    {
      label: draft.random.fork("drug-label").pick(["Drug Name", "Medication", "Drug Requested"]),
      value: values.has("drug.name") ? drugName(draft) : [],
    },
    values.item("drug.strength"),
    values.item("drug.quantity"),
    values.item("drug.days_supply"),
    values.item("drug.ndc"),
    values.item("services[0].hcpcs"),
    values.item("services[0].units"),
    { label: "Diagnosis Code (ICD-10)", value: values.has("diagnoses[0].icd10") ? diagnosisList(draft, false) : [] },
    values.item("drug.directions", { wide: true }),
  ];
}

function urgency(draft: Draft): Block {
  const { values, random } = draft;
  const chosen = values.has("request.urgency") ? values.get("request.urgency") : "";
  const words: readonly (readonly [string, string])[] = random.fork("urgency").pick([
    [
      ["standard", "Standard"],
      ["expedited", "Expedited"],
    ],
    [
      ["standard", "Standard review"],
      ["expedited", "Expedited / urgent"],
    ],
  ]);
  return {
    kind: "options",
    label: random.fork("urgency-label").pick(["Review Type", "Type of Request", "Priority"]),
    options: words.map(([value, text]) => ({
      text: value === chosen ? [values.show("request.urgency", { as: text })] : [text],
      checked: value === chosen,
    })),
  };
}

function formBody(draft: Draft): Block[] {
  const { values, random, story } = draft;
  return [
    payerHead(draft),
    {
      kind: "title",
      text: random
        .fork("title")
        .pick(["Prior Authorization Request Form", "Medical Drug Precertification Request", "Request for Prior Authorization"]),
    },
    {
      kind: "paragraph",
      small: true,
      text: [`Fax completed form and supporting records to ${story.payer.department}. Incomplete forms delay the review.`],
    },
    urgency(draft),
    { kind: "facts", items: [values.item("request.date")] },
    { kind: "heading", text: random.fork("s1").pick(["Section A: Member Information", "Member Information", "1. Patient"]) },
    { kind: "facts", items: memberItems(draft) },
    { kind: "heading", text: random.fork("s1").pick(["Section B: Prescriber Information", "Provider Information", "2. Prescriber"]) },
    { kind: "facts", items: providerItems(draft) },
    { kind: "heading", text: random.fork("s1").pick(["Section C: Drug Requested", "Drug Information", "3. Medication"]) },
    { kind: "facts", items: drugItems(draft) },
    ...questions(draft),
    { kind: "signature", caption: "Prescriber signature", name: [story.provider.name], date: [values.date(story.dates.request)] },
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values, random, story } = draft;
  const row: Text[] = [
    drugName(draft),
    [values.show("drug.strength")],
    [values.show("services[0].hcpcs")],
    [values.show("services[0].units")],
    [values.show("drug.quantity")],
  ];
  return [
    payerHead(draft),
    { kind: "title", text: random.fork("title").pick(["Prior Authorization Request", "Specialty Drug Prior Authorization"]) },
    urgency(draft),
    { kind: "facts", items: [...memberItems(draft), ...providerItems(draft), values.item("request.date")] },
    {
      kind: "table",
      columns: [
        { title: "Drug", share: 3 },
        { title: "Strength", share: 2 },
        { title: "HCPCS", share: 1.3 },
        { title: "Units", share: 1, align: "right" },
        { title: "Qty", share: 1, align: "right" },
      ],
      rows: [row],
    },
    {
      kind: "facts",
      items: [
        { label: "Diagnosis Code (ICD-10)", value: values.has("diagnoses[0].icd10") ? diagnosisList(draft, true) : [] },
        values.item("drug.directions"),
      ],
    },
    { kind: "signature", caption: "Requesting provider", name: [story.provider.name], date: [values.date(story.dates.request)] },
  ];
}

function letterBody(draft: Draft): Block[] {
  const { values, story, random } = draft;
  return [
    practiceHead(draft),
    { kind: "lines", lines: [[values.show("request.date")]] },
    { kind: "lines", lines: [[payerName(draft)], [story.payer.department], ...story.payer.address.map((line): Text => [line])] },
    { kind: "facts", as: "inline", columns: 1, items: [{ label: "Re", value: ["Prior authorization request"] }, ...memberItems(draft)] },
    { kind: "paragraph", text: ["To the reviewer:"] },
    {
      kind: "paragraph",
      text: [
        "I am requesting prior authorization of ",
        ...drugName(draft),
        " ",
        values.show("drug.strength"),
        " (HCPCS ",
        values.show("services[0].hcpcs"),
        ", ",
        values.show("services[0].units"),
        " units per dose) for my patient ",
        values.show("member.name"),
        ". This is a ",
        values.show("request.urgency"),
        " request.",
      ],
    },
    {
      kind: "paragraph",
      text: [
        "The diagnosis is ",
        ...diagnosisList(draft, true),
        ". ",
        random
          .fork("why")
          .pick([
            "The patient did not respond to conventional therapy.",
            "Other agents were not tolerated.",
            "Treatment guidelines recommend this drug at this stage.",
          ]),
      ],
    },
    { kind: "paragraph", text: ["Directions: ", values.show("drug.directions"), ". Please call my office with any question."] },
    { kind: "facts", as: "inline", columns: 1, items: providerItems(draft) },
    { kind: "paragraph", text: ["Sincerely,"] },
    { kind: "signature", caption: story.provider.specialty, name: [story.provider.name, `, ${story.provider.credential}`] },
  ];
}

function questions(draft: Draft): Block[] {
  const random = draft.random.fork("questions");
  const asked = [
    "Is this a new start of therapy?",
    "Has the member tried a preferred drug?",
    "Is the drug given in the office?",
    "Is the member enrolled in a clinical trial?",
  ];
  return random
    .shuffle(asked)
    .slice(0, random.int(2, 4))
    .map((question): Block => {
      const yes = random.chance(0.5);
      return {
        kind: "options",
        label: question.replace("?", ""),
        options: [
          { text: ["Yes"], checked: yes },
          { text: ["No"], checked: !yes },
        ],
      };
    });
}

function attachments(draft: Draft): Block[] {
  const { values } = draft;
  const notes = { short: 0, usual: 1, long: 4 }[draft.extent];
  return Array.from({ length: notes }, (_, index): Block[] => [
    { kind: "break" },
    { kind: "title", text: index === 0 ? "Clinical Notes" : `Clinical Notes (continued, part ${index + 1})` },
    {
      kind: "facts",
      as: "inline",
      columns: 2,
      items: [
        { label: "Patient", value: [values.show("member.name")] },
        { label: "DOB", value: [values.show("member.date_of_birth")] },
      ],
    },
    ...visitNote(draft, `attachment-${index}`),
    ...(index === 0 ? priorTherapies(draft) : []),
    ...assessment(draft, `attachment-${index}`),
  ]).flat();
}
