import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Block, Item } from "../draw/block.ts";
import type { Bodies, DocumentKind, Draft } from "./draft.ts";
import { diagnosisList, drugName, practiceHead, runningHead } from "./phrases.ts";

/** A prescription faxed to a specialty pharmacy or hub. */
export const prescription: DocumentKind = {
  type: DocumentType.PRESCRIPTION,
  slug: "prescription",
  medical: false,
  sentOn: (story) => story.dates.written,
  values: ({ story, random }) => ({ "prescription.written_date": story.dates.written, "drug.refills": String(random.int(0, 11)) }),
  write: (draft) => ({ blocks: BODIES[draft.style.layout](draft), running: () => runningHead(draft) }),
};

const BODIES: Bodies = { letter: scriptBody, form: formBody, table: tableBody };

function patientItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    values.item("member.name", { label: draft.random.fork("name-label").pick(["Patient Name", "Patient", "Name of Patient"]) }),
    values.item("member.date_of_birth"),
    { label: "Address", value: [`${story.member.street}, ${story.member.cityLine}`], wide: true },
    values.item("member.phone", { label: "Patient Phone" }),
  ];
}

function prescriberItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    {
      label: draft.random.fork("prescriber").pick(["Prescriber", "Prescriber Name", "Prescribing Physician"]),
      value: [values.show("provider.name"), `, ${story.provider.credential}`],
    },
    values.item("provider.npi"),
    values.item("provider.phone"),
    values.item("provider.fax"),
  ];
}

function drugItems(draft: Draft): Item[] {
  const { values } = draft;
  return [
    { label: draft.random.fork("drug-label").pick(["Medication", "Drug", "Drug Name", "Rx"]), value: drugName(draft) },
    ...["drug.strength", "drug.quantity", "drug.days_supply", "drug.refills", "drug.ndc"].map((name) => values.item(name)),
    { label: "Diagnosis (ICD-10)", value: diagnosisList(draft, false) },
    values.item("drug.directions", { wide: true }),
  ];
}

function substitution(draft: Draft): Block {
  const allowed = draft.random.fork("substitution").chance(0.6);
  return {
    kind: "options",
    label: "",
    options: [
      { text: ["Substitution permitted"], checked: allowed },
      { text: ["Dispense as written"], checked: !allowed },
    ],
  };
}

function sign(draft: Draft): Block {
  return { kind: "signature", caption: "Prescriber signature", name: [draft.story.provider.name, `, ${draft.story.provider.credential}`] };
}

function scriptBody(draft: Draft): Block[] {
  const { values, story } = draft;
  return [
    practiceHead(draft),
    { kind: "facts", as: "inline", columns: 2, items: prescriberItems(draft) },
    {
      kind: "facts",
      as: "inline",
      columns: 1,
      items: [values.item("prescription.written_date", { label: "Date Written" }), ...patientItems(draft)],
    },
    { kind: "title", text: draft.random.fork("rx").pick(["Rx", "PRESCRIPTION"]) },
    { kind: "paragraph", text: [...drugName(draft), " ", values.show("drug.strength"), ` ${story.drug.form}`], bold: true },
    { kind: "paragraph", text: ["Sig: ", values.show("drug.directions")] },
    { kind: "paragraph", text: ["Disp: ", values.show("drug.quantity"), ` ${story.drug.form}${story.drug.quantity === 1 ? "" : "s"}`] },
    { kind: "paragraph", text: ["Days Supply: ", values.show("drug.days_supply")] },
    { kind: "paragraph", text: ["Refills: ", values.show("drug.refills")] },
    { kind: "paragraph", text: ["Diagnosis: ", ...diagnosisList(draft, true)] },
    substitution(draft),
    sign(draft),
  ];
}

function formBody(draft: Draft): Block[] {
  const { values } = draft;
  return [
    {
      kind: "title",
      text: draft.random
        .fork("title")
        .pick(["Specialty Pharmacy Prescription Form", "Prescription and Enrollment Form", "Prescription Order Form"]),
    },
    { kind: "facts", items: [values.item("prescription.written_date", { label: "Date Written" })] },
    { kind: "heading", text: "Patient" },
    { kind: "facts", items: [...patientItems(draft), values.item("member.id"), values.item("group.number")] },
    { kind: "heading", text: "Prescriber" },
    { kind: "facts", items: prescriberItems(draft) },
    { kind: "heading", text: "Prescription" },
    { kind: "facts", items: drugItems(draft) },
    substitution(draft),
    sign(draft),
  ];
}

function tableBody(draft: Draft): Block[] {
  const { values } = draft;
  return [
    practiceHead(draft),
    { kind: "title", text: draft.random.fork("title").pick(["Prescription", "Medication Order"]) },
    { kind: "facts", items: [...patientItems(draft), values.item("prescription.written_date", { label: "Written Date" })] },
    {
      kind: "table",
      columns: [
        { title: "Medication", share: 3 },
        { title: "Strength", share: 2 },
        { title: "Directions", share: 4 },
        { title: "Quantity", share: 1, align: "right" },
        { title: "Days Supply", share: 1, align: "right" },
        { title: "Refills", share: 1, align: "right" },
      ],
      rows: [
        [
          drugName(draft),
          [values.show("drug.strength")],
          [values.show("drug.directions")],
          [values.show("drug.quantity")],
          [values.show("drug.days_supply")],
          [values.show("drug.refills")],
        ],
      ],
    },
    { kind: "facts", items: [{ label: "Diagnosis (ICD-10)", value: diagnosisList(draft, true) }, ...prescriberItems(draft)] },
    substitution(draft),
    sign(draft),
  ];
}
