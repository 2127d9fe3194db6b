import { addDays } from "../calendar.ts";
import type { Block } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import { diagnosisList } from "./phrases.ts";
import type { Draft } from "./draft.ts";

const HISTORY: readonly string[] = [
  "Patient reports gradual worsening of symptoms over the last several months with limited benefit from current therapy.",
  "Symptoms interfere with work and sleep. No fever, no night sweats, no recent travel.",
  "Prior treatment was stopped because of lack of response after an adequate trial.",
  "Patient tolerates current medications well and denies new side effects at this visit.",
  "Family history is notable for heart disease in a parent. Never smoker, rare alcohol use.",
  "Patient lives with a spouse and is independent in all activities of daily living.",
  "Reviewed outside records and recent imaging. Findings are stable compared with the prior study.",
  "Patient has completed physical therapy and a home exercise program without lasting relief.",
  "Last exacerbation required a short course of oral steroids and an urgent care visit.",
  "Patient asks about newer options and has read about biologic treatment.",
];

const EXAM: readonly (readonly [string, readonly string[]])[] = [
  ["General", ["Alert, well nourished, in no distress.", "Comfortable at rest, pleasant."]],
  ["HEENT", ["Normocephalic, moist mucous membranes.", "Conjunctivae clear, oropharynx clear."]],
  ["Neck", ["Supple, no lymphadenopathy.", "No thyroid enlargement."]],
  ["Lungs", ["Clear to auscultation bilaterally.", "Scattered wheeze, no crackles."]],
  ["Heart", ["Regular rate and rhythm, no murmur.", "Normal S1 and S2, no gallop."]],
  ["Abdomen", ["Soft, mild tenderness, no guarding.", "Soft, non-tender, normal bowel sounds."]],
  ["Extremities", ["No edema. Pulses intact.", "Mild swelling of small joints of both hands."]],
  ["Skin", ["Warm and dry, no rash.", "Erythematous plaques over elbows and knees."]],
  ["Neuro", ["Cranial nerves intact, gait steady.", "Strength 5/5 throughout, reflexes symmetric."]],
];

const PLANS: readonly string[] = [
  "Continue current medications and repeat laboratory monitoring in three months.",
  "Submit prior authorization request to the health plan and notify patient of the outcome.",
  "Discussed risks, benefits and alternatives; patient agrees with the plan.",
  "Screen for latent tuberculosis and hepatitis B before the first dose.",
  "Return to clinic in eight to twelve weeks or sooner if symptoms worsen.",
  "Patient was given written instructions and the nurse line number.",
];

const FAILED: readonly (readonly [string, string])[] = [
  ["methotrexate 15 mg weekly", "inadequate response"],
  ["sulfasalazine 1 g twice daily", "stopped, rash"],
  ["prednisone 20 mg daily", "partial response, weight gain"],
  ["hydroxychloroquine 200 mg twice daily", "no response"],
  ["topical clobetasol", "insufficient control"],
  ["mesalamine 2.4 g daily", "ongoing symptoms"],
  ["ibuprofen 800 mg three times daily", "stomach upset"],
];

/** A visit note of one to two pages: history, examination, assessment and plan. */
export function visitNote(draft: Draft, label: string): Block[] {
  const random = draft.random.fork(`note-${label}`);
  return [
    { kind: "heading", text: random.pick(["Chief Complaint", "Reason for Visit"]) },
    { kind: "paragraph", text: [`Follow-up of ${(draft.story.diagnoses[0]?.title ?? "chronic disease").toLowerCase()}.`] },
    { kind: "heading", text: "History of Present Illness" },
    { kind: "paragraph", text: [random.shuffle(HISTORY).slice(0, 5).join(" ")] },
    { kind: "paragraph", text: [random.shuffle(HISTORY).slice(0, 4).join(" ")] },
    vitals(draft, label),
    { kind: "heading", text: random.pick(["Physical Examination", "Exam"]) },
    { kind: "bullets", items: EXAM.map(([part, findings]): Text => [{ text: `${part}: `, bold: true }, random.pick(findings)]) },
  ];
}

/** Assessment with diagnosis codes and numbered plan. */
export function assessment(draft: Draft, label: string): Block[] {
  const random = draft.random.fork(`plan-${label}`);
  return [
    { kind: "heading", text: random.pick(["Assessment", "Assessment and Plan", "Impression"]) },
    { kind: "paragraph", text: diagnosisList(draft, true) },
    {
      kind: "bullets",
      numbered: true,
      items: random
        .shuffle(PLANS)
        .slice(0, 4)
        .map((plan): Text => [plan]),
    },
  ];
}

/** Therapies tried before, with dates that lie before the visit. */
export function priorTherapies(draft: Draft): Block[] {
  const random = draft.random.fork("therapies");
  const rows = random
    .shuffle(FAILED)
    .slice(0, random.int(2, 4))
    .map(([therapy, outcome], index): Text[] => {
      const start = addDays(draft.story.dates.encounter, -random.int(200, 900) - index * 60);
      return [[therapy], [draft.values.date(start)], [draft.values.date(addDays(start, random.int(60, 180)))], [outcome]];
    });
  return [
    { kind: "heading", text: random.pick(["Previous Therapies", "Medications Tried and Failed", "Treatment History"]) },
    {
      kind: "table",
      columns: [
        { title: "Therapy", share: 3 },
        { title: "Started", share: 2 },
        { title: "Stopped", share: 2 },
        { title: "Outcome", share: 3 },
      ],
      rows,
    },
  ];
}

function vitals(draft: Draft, label: string): Block {
  const random = draft.random.fork(`vitals-${label}`);
  const text = [
    `Blood pressure ${random.int(104, 148)}/${random.int(62, 92)}`,
    `pulse ${random.int(58, 98)}`,
    `temperature ${random.int(970, 992) / 10} F`,
    `weight ${random.int(108, 240)} lb`,
    `BMI ${random.int(200, 360) / 10}`,
  ].join(", ");
  return { kind: "paragraph", text: [{ text: "Vitals: ", bold: true }, `${text}.`] };
}
