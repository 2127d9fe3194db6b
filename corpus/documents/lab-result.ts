import type { Lab } from "../../mesh/codes/labs.ts";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { addDays } from "../calendar.ts";
import type { Block, Column, Head, Item } from "../draw/block.ts";
import type { Text } from "../draw/spans.ts";
import type { Random } from "../random.ts";
import type { DocumentKind, Draft } from "./draft.ts";
import { runningHead } from "./phrases.ts";

const LABORATORIES: readonly string[] = [
  "Summit Reference Laboratory",
  "Lakeside Clinical Labs",
  "Union Diagnostics",
  "Mercy Regional Laboratory",
];

/** A laboratory's report of one specimen. */
export const labResult: DocumentKind = {
  type: DocumentType.LAB_RESULT,
  slug: "lab-result",
  medical: false,
  sentOn: (story) => addDays(story.dates.collected, 2),
  values: ({ story, random, codes, extent }) => ({
    "lab.accession": story.accession,
    "lab.collected_date": story.dates.collected,
    ...results(random.fork("results"), codes.labs, { short: 5, usual: 12, long: 26 }[extent]),
  }),
  write: (draft) => ({ blocks: [labHead(draft), ...bodies(draft), ...tail(draft)], running: () => runningHead(draft) }),
};

function results(random: Random, labs: readonly Lab[], count: number): Record<string, string> {
  const values: Record<string, string> = {};
  random
    .shuffle(labs)
    .slice(0, count)
    .forEach((lab, index) => {
      const flag = random.pick(["normal", "normal", "normal", "high", "low"]);
      const span = lab.high - lab.low;
      const middle = lab.low + span * random.between(0.1, 0.9);
      const value =
        { normal: middle, high: lab.high + span * random.between(0.15, 0.8), low: lab.low * random.between(0.5, 0.85) }[flag] ?? middle;
      const printed = value.toFixed(lab.decimals);
      values[`results[${index}].test`] = lab.name;
      values[`results[${index}].value`] = printed;
      values[`results[${index}].unit`] = lab.unit;
      values[`results[${index}].flag`] = flagOf(Number(printed), lab);
    });
  return values;
}

function flagOf(value: number, lab: Lab): string {
  if (value < lab.low) return "low";
  return value > lab.high ? "high" : "normal";
}

function labHead(draft: Draft): Block {
  const name = draft.random.fork("laboratory").pick(LABORATORIES);
  const head: Head = { name: [name], lines: ["1200 Science Park Drive", "CLIA 05D0999999   Laboratory Director on file"], mark: "bars" };
  return { kind: "letterhead", head };
}

function headItems(draft: Draft): Item[] {
  const { values, story } = draft;
  return [
    values.item("member.name", { label: draft.random.fork("name-label").pick(["Patient", "Patient Name"]) }),
    values.item("member.date_of_birth"),
    { label: "Sex", value: [story.sex] },
    values.item("lab.accession"),
    values.item("lab.collected_date"),
    { label: "Reported", value: [values.date(addDays(story.dates.collected, 2))] },
    { label: "Ordering Provider", value: [values.show("provider.name"), `, ${story.provider.credential}`] },
    values.item("provider.npi"),
  ];
}

function bodies(draft: Draft): Block[] {
  const { style, random } = draft;
  const title: Block = {
    kind: "title",
    text: random.fork("title").pick(["Laboratory Report", "Final Laboratory Results", "Clinical Laboratory Report"]),
  };
  if (style.layout === "letter") {
    return [
      title,
      { kind: "facts", as: "inline", columns: 2, items: headItems(draft) },
      { kind: "paragraph", text: ["Results of the specimen named above follow. Values outside the reference interval are flagged."] },
      resultTable(draft),
    ];
  }
  return [title, { kind: "facts", items: headItems(draft) }, resultTable(draft)];
}

function resultTable(draft: Draft): Block {
  const { values, random } = draft;
  const words = random.fork("flags").pick([
    { high: "H", low: "L", normal: "" },
    { high: "High", low: "Low", normal: "Normal" },
    { high: "HIGH", low: "LOW", normal: "" },
  ]);
  const columns: Column[] = [
    { title: random.fork("columns").pick(["Test", "Test Name", "Analyte"]), share: 4 },
    { title: "Result", share: 1.5, align: "right" },
    { title: "Flag", share: 1 },
    { title: "Units", share: 2 },
    { title: random.fork("columns").pick(["Reference Range", "Reference Interval", "Normal Range"]), share: 2 },
  ];
  const rows: Text[][] = [];
  for (let index = 0; values.has(`results[${index}].test`); index += 1) rows.push(resultRow(draft, index, words));
  return { kind: "table", columns, rows };
}

function resultRow(draft: Draft, index: number, words: Readonly<Record<string, string>>): Text[] {
  const { values, codes } = draft;
  const name = `results[${index}]`;
  const lab = codes.labs.find((one) => one.name === values.get(`${name}.test`));
  const flag = words[values.get(`${name}.flag`)] ?? "";
  const range = lab === undefined ? "" : `${lab.low.toFixed(lab.decimals)} - ${lab.high.toFixed(lab.decimals)}`;
  return [
    [values.show(`${name}.test`)],
    [values.show(`${name}.value`)],
    flag === "" ? [] : [values.show(`${name}.flag`, { as: flag, bold: true })],
    [values.show(`${name}.unit`)],
    [range],
  ];
}

function tail(draft: Draft): Block[] {
  return [
    {
      kind: "paragraph",
      small: true,
      text: ["H = above reference interval. L = below reference interval. Reference intervals apply to adults."],
    },
    {
      kind: "paragraph",
      small: true,
      text: ["Performed at the laboratory named above unless stated otherwise. Interpret results together with clinical findings."],
    },
    { kind: "paragraph", bold: true, text: [draft.random.fork("end").pick(["End of report", "FINAL REPORT"])] },
  ];
}
