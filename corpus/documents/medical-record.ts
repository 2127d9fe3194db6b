import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { addDays } from "../calendar.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import { assessment, priorTherapies, visitNote } from "./clinical.ts";
import type { DocumentKind, Draft } from "./draft.ts";
import { practiceHead, runningHead } from "./phrases.ts";

/** A practice's record of one visit, three to five pages with history and lists. */
export const medicalRecord: DocumentKind = {
  type: DocumentType.MEDICAL_RECORD,
  slug: "medical-record",
  medical: false,
  sentOn: (story) => story.dates.request,
  values: ({ story }) => ({ "encounter.date": story.dates.encounter }),
  write: (draft) => ({
    blocks: [
      practiceHead(draft),
      {
        kind: "title",
        text: draft.random.fork("title").pick(["Office Visit Note", "Progress Note", "Consultation Report", "Medical Record"]),
      },
      ...heads(draft),
      ...visitNote(draft, "visit"),
      ...priorTherapies(draft),
      ...assessment(draft, "visit"),
      sign(draft),
      ...further(draft),
    ],
    running: () => runningHead(draft),
  }),
};

function headItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    values.item("member.name", { label: draft.random.fork("name-label").pick(["Patient", "Patient Name", "Name of Patient"]) }),
    values.item("member.date_of_birth"),
    values.item("encounter.date"),
    {
      label: draft.random.fork("seen").pick(["Provider", "Seen By", "Attending Physician", "Physician"]),
      value: [values.show("provider.name"), `, ${story.provider.credential}`],
    },
    { label: "MRN", value: [`M${draft.random.fork("mrn").digits(7)}`] },
    { label: "Sex", value: [story.sex] },
  ];
}

function heads(draft: Draft): Block[] {
  const { values, style } = draft;
  const facts: Block = { kind: "facts", items: headItems(draft), ...(style.layout === "letter" ? { as: "inline", columns: 2 } : {}) };
  if (style.layout !== "letter") return [facts];
  const text: Text = [
    "This note documents the visit of ",
    values.show("member.name"),
    " on ",
    values.show("encounter.date"),
    " with ",
    values.show("provider.name"),
    ".",
  ];
  return [facts, { kind: "paragraph", text }];
}

function sign(draft: Draft): Block {
  const { values, story } = draft;
  return {
    kind: "signature",
    caption: "Electronically signed",
    name: [values.show("provider.name"), `, ${story.provider.credential}`],
    date: [values.date(addDays(story.dates.encounter, 1))],
  };
}

/** Lists and an earlier visit: their dates differ from the encounter's, as in real charts. */
function further(draft: Draft): Block[] {
  const { values, story, random } = draft;
  const earlier = addDays(story.dates.encounter, -random.fork("earlier").int(60, 160));
  const drugs = random
    .fork("drugs")
    .shuffle(draft.codes.drugs.filter((drug) => drug.benefit === "pharmacy"))
    .slice(0, 5);
  const lists: Block[] = [
    { kind: "break" },
    { kind: "heading", text: "Medication List" },
    {
      kind: "table",
      columns: [
        { title: "Medication", share: 2 },
        { title: "Directions", share: 4 },
        { title: "Status", share: 1 },
      ],
      rows: drugs.map((drug): Text[] => [[`${drug.generic} ${drug.strengths[0] ?? ""}`], [drug.directions], ["Taking"]]),
    },
    { kind: "heading", text: "Allergies" },
    { kind: "bullets", items: [["Penicillin: rash"], ["No known food allergies"]] },
    { kind: "heading", text: "Immunizations" },
    { kind: "paragraph", text: ["Influenza vaccine given last fall. Pneumococcal series complete."] },
  ];
  const visits = Array.from({ length: draft.extent === "short" ? 0 : draft.extent === "long" ? 2 : 1 }, (_, index): Block[] => [
    { kind: "break" },
    { kind: "title", text: `Previous Visit ${values.date(addDays(earlier, -index * 70))}` },
    ...visitNote(draft, `earlier-${index}`),
  ]);
  return [...lists, ...visits.flat()];
}
