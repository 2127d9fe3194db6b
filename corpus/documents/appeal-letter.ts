import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { diagnosisList, drugName, payerHead, payerName, practiceHead, runningHead } from "./phrases.ts";

const REASONS: readonly string[] = [
  "The denial overlooked two documented treatment failures",
  "The drug is recommended by current specialty guidelines for this diagnosis",
  "Delay of treatment would lead to irreversible loss of function",
  "The preferred alternative is contraindicated for this patient",
  "The requested dose is within the approved label",
];

/** An appeal against a denial: by the practice as a letter, or on the payer's form. */
export const appealLetter: DocumentKind = {
  type: DocumentType.APPEAL_LETTER,
  slug: "appeal-letter",
  medical: false,
  sentOn: (story) => story.dates.statement,
  values: ({ story, random }) => ({
    "letter.date": story.dates.statement,
    "appeal.level": random.pick(["first", "first", "second", "external"]),
    "appeal.reason": random.pick(REASONS),
  }),
  write: (draft) => ({ blocks: BODIES[draft.style.layout](draft), running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: letterBody, form: formBody, table: tableBody };

const LEVEL_WORDS: Readonly<Record<string, string>> = { first: "First", second: "Second", external: "External" };

function caseItems(draft: Draft): Item[] {
  const { values } = draft;
  return [
    ...["member.name", "member.id", "member.date_of_birth", "authorization.number"].map((name) => values.item(name)),
    { label: draft.random.fork("drug-label").pick(["Drug Denied", "Medication", "Drug Name"]), value: drugName(draft) },
  ];
}

function letterBody(draft: Draft): Block[] {
  const { values, story } = draft;
  const level = LEVEL_WORDS[values.get("appeal.level")] ?? "";
  return [
    practiceHead(draft),
    { kind: "lines", lines: [[values.show("letter.date")]] },
    { kind: "lines", lines: [[payerName(draft)], ["Appeals and Grievances"], ...story.payer.address.map((line): Text => [line])] },
    {
      kind: "facts",
      as: "inline",
      columns: 1,
      items: [
        { label: "Re", value: [values.show("appeal.level", { as: `${level} level` }), " appeal of denied coverage"] },
        ...caseItems(draft),
      ],
    },
    { kind: "paragraph", text: ["To the Appeals Committee:"] },
    {
      kind: "paragraph",
      text: [
        "I am writing on behalf of my patient ",
        values.show("member.name"),
        " to appeal the denial of ",
        values.show("drug.name"),
        " ",
        values.show("drug.strength"),
        ". The diagnosis is ",
        ...diagnosisList(draft, true),
        ".",
      ],
    },
    { kind: "paragraph", text: ["Reason for appeal: ", values.show("appeal.reason"), "."] },
    ...clinicalArguments(draft),
    {
      kind: "paragraph",
      text: ["I ask that you overturn the denial. I am available for a peer-to-peer call at ", values.show("provider.phone"), "."],
    },
    { kind: "paragraph", text: ["Sincerely,"] },
    { kind: "signature", caption: story.provider.specialty, name: [values.show("provider.name"), `, ${story.provider.credential}`] },
    { kind: "facts", as: "inline", columns: 1, items: [values.item("provider.npi")] },
  ];
}

function levelOptions(draft: Draft): Block {
  const chosen = draft.values.get("appeal.level");
  return {
    kind: "options",
    label: draft.random.fork("level-label").pick(["Appeal Level", "Level of Appeal"]),
    options: Object.entries(LEVEL_WORDS).map(([value, word]) => {
      const text = value === "external" ? "External review" : `${word} level`;
      return { text: value === chosen ? [draft.values.show("appeal.level", { as: text })] : [text], checked: value === chosen };
    }),
  };
}

function formBody(draft: Draft): Block[] {
  const { values, story } = draft;
  return [
    payerHead(draft),
    { kind: "title", text: draft.random.fork("title").pick(["Appeal Request Form", "Request for Appeal", "Member Appeal Form"]) },
    { kind: "facts", items: [values.item("letter.date")] },
    levelOptions(draft),
    { kind: "heading", text: "Member and Denied Service" },
    { kind: "facts", items: caseItems(draft) },
    { kind: "heading", text: "Provider" },
    { kind: "facts", items: ["provider.name", "provider.npi", "provider.phone", "provider.fax"].map((name) => values.item(name)) },
    { kind: "heading", text: "Appeal" },
    { kind: "facts", items: [values.item("appeal.reason", { wide: true })] },
    ...clinicalArguments(draft),
    {
      kind: "signature",
      caption: "Signature of the person who appeals",
      name: [story.provider.name],
      date: [values.date(story.dates.statement)],
    },
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values, story } = draft;
  const received = draft.random
    .fork("received")
    .pick([
      "We have received your appeal and will answer in writing within 30 days.",
      "This letter confirms that your appeal was received and is under review.",
    ]);
  return [
    payerHead(draft),
    { kind: "title", text: draft.random.fork("title").pick(["Acknowledgment of Appeal", "Notice of Appeal Receipt"]) },
    {
      kind: "facts",
      items: [
        values.item("letter.date"),
        { ...values.item("appeal.level"), value: [values.show("appeal.level", { as: LEVEL_WORDS[values.get("appeal.level")] ?? "" })] },
        ...caseItems(draft),
        values.item("provider.name"),
        values.item("appeal.reason"),
      ],
    },
    { kind: "paragraph", text: [received] },
    {
      kind: "table",
      columns: [
        { title: "Step", share: 2 },
        { title: "Who", share: 2 },
        { title: "When", share: 2 },
      ],
      rows: [
        [["Appeal received"], ["Appeals unit"], [values.date(story.dates.statement)]],
        [["Clinical review"], ["Physician reviewer"], ["Within 15 days"]],
        [["Written decision"], ["Appeals unit"], ["Within 30 days"]],
      ],
    },
    {
      kind: "paragraph",
      text: ["You may send more records at any time before the decision. Put the appeal and authorization number on every page."],
    },
    { kind: "signature", caption: "Appeals and Grievances", name: ["Appeals Coordinator"] },
  ];
}

const ARGUMENTS: readonly string[] = [
  "The patient has lived with this disease for several years. Conventional therapy at full dose did not control it, and the records that we sent with the first request show each trial with dates and outcome.",
  "Published trials and national guidelines support the drug at this stage of the disease. The plan's own policy lists the diagnosis as a covered indication when first-line therapy has failed.",
  "Without treatment the patient is likely to need urgent care, oral steroids and time off work. The cost of further delay exceeds the cost of therapy.",
  "Baseline safety tests are complete and normal. The patient understands the risks and wishes to begin therapy as soon as coverage is confirmed.",
  "Enclosed are the office notes, laboratory results and a list of therapies tried before.",
];

function clinicalArguments(draft: Draft): Block[] {
  const random = draft.random.fork("arguments");
  const count = { short: 1, usual: 3, long: 5 }[draft.extent];
  return random
    .shuffle(ARGUMENTS)
    .slice(0, count)
    .map((text): Block => ({ kind: "paragraph", text: [text] }));
}
