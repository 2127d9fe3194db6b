import { type Candidate, DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { TypeName } from "./data/field-labels.ts";
import { COVER_PHRASES, TYPE_EVIDENCE } from "./data/type-evidence.ts";
import { phraseIndex } from "./label-index.ts";
import { median } from "./lines.ts";
import { fold } from "./ocr-distance.ts";
import { type PageModel, textOf } from "./page-model.ts";

const TYPES: Readonly<Record<TypeName, DocumentType>> = {
  pa: DocumentType.PRIOR_AUTHORIZATION_REQUEST,
  letter: DocumentType.DETERMINATION_LETTER,
  eligibility: DocumentType.ELIGIBILITY_RESPONSE,
  claim: DocumentType.CLAIM_FORM,
  eob: DocumentType.EXPLANATION_OF_BENEFIT,
  appeal: DocumentType.APPEAL_LETTER,
  benefit: DocumentType.BENEFIT_SUMMARY,
  record: DocumentType.MEDICAL_RECORD,
  prescription: DocumentType.PRESCRIPTION,
  lab: DocumentType.LAB_RESULT,
};
const NAMES = Object.keys(TYPES) as TypeName[];

/** Points of a title at the top of a page, of one further down, of a phrase, of a statement, of a field label, of a word of the file name. */
const TITLE_POINTS = 6;
const LOW_TITLE_POINTS = 1.5;
const PHRASE_POINTS = 1;
const STATEMENT_POINTS = 2.2;
const LABEL_POINTS = 0.6;
const FILE_POINTS = 1.2;
/** Part of the page, from the top, in which titles stand. */
const TITLE_ZONE = 0.35;
/** Points from phrases and labels of one page are capped: a long page must not outvote a title. */
const BODY_CAP = 9;
/** Pages after the first are often attachments of another type. */
const LATER_PAGE_WEIGHT = 0.35;
/** Pages that vote. */
const VOTING_PAGES = 8;
/** Points that stand for `other`: a document without evidence is not forced into a type. */
const OTHER_POINTS = 3.2;
/** Softness of the confidence; fitted on generated documents. */
const TEMPERATURE = 1.1;
/** A page with at least this many cover phrases and few words is a cover sheet. */
const COVER_HITS = 2;
const COVER_MAX_WORDS = 160;

interface Clue {
  readonly type: TypeName;
  readonly kind: "title" | "label";
}

const headings = NAMES.map((type) => {
  const [is, isNot] = TYPE_EVIDENCE[type].headings;
  return { type, is: new RegExp(is), isNot: new RegExp(isNot) };
});
/** Words of a heading; longer lines are sentences. */
const MAX_HEADING_WORDS = 9;
/** A heading that only contains a type's words is worth this part of a known title. */
const HEADING_SHARE = 0.8;

const clues = phraseIndex<readonly Clue[]>(
  [
    ...Map.groupBy(
      NAMES.flatMap((type) => [
        ...TYPE_EVIDENCE[type].titles.map((text) => ({ text, clue: { type, kind: "title" as const } })),
        ...TYPE_EVIDENCE[type].labels.map((text) => ({ text, clue: { type, kind: "label" as const } })),
      ]),
      (entry) => fold(entry.text),
    ).values(),
  ].map((entries) => ({ text: entries[0]?.text ?? "", meaning: entries.map((entry) => entry.clue) })),
);
const bodyPhrases = NAMES.flatMap((type) => [
  ...TYPE_EVIDENCE[type].phrases.map((text) => ({ type, folded: fold(text), points: PHRASE_POINTS })),
  ...TYPE_EVIDENCE[type].statements.map((text) => ({ type, folded: fold(text), points: STATEMENT_POINTS })),
]);
const coverPhrases = COVER_PHRASES.map((text) => text.toLowerCase());

/** What is known about a document besides its pages. */
export interface DocumentContext {
  readonly fileName: string;
  readonly sender: string;
}

export interface Classification {
  readonly type: DocumentType;
  readonly name: TypeName | "other";
  readonly confidence: number;
  /** Best first, `other` included. */
  readonly candidates: readonly Candidate[];
}

type Points = Record<TypeName, number>;

/** The document's type by titles, phrases and labels of its pages and by its file name; cover sheets do not vote. */
export function classify(pages: readonly PageModel[], context: DocumentContext): Classification {
  const content = pages.filter((page) => page.tokens.length > 0 && !isCoverSheet(page)).slice(0, VOTING_PAGES);
  const total = zeroPoints();
  const [first, ...later] = content.map(pagePoints);
  if (first !== undefined) add(total, first, 1);
  add(total, highest(later), LATER_PAGE_WEIGHT);
  if (content.length > 0) add(total, filePoints(context.fileName), 1);
  return ranked(total);
}

function ranked(points: Points): Classification {
  const entries: (readonly [TypeName | "other", number])[] = [
    ...NAMES.map((name) => [name, points[name]] as const),
    ["other", OTHER_POINTS],
  ];
  const top = Math.max(...entries.map(([, value]) => value));
  const powers = entries.map(([name, value]) => ({ name, power: Math.exp((value - top) / TEMPERATURE) }));
  const sum = powers.reduce((all, entry) => all + entry.power, 0);
  const candidates = powers
    .map(({ name, power }) => ({ name, type: name === "other" ? DocumentType.OTHER : TYPES[name], confidence: power / sum }))
    .sort((a, b) => b.confidence - a.confidence);
  const best = candidates[0];
  return {
    type: best?.type ?? DocumentType.OTHER,
    name: best?.name ?? "other",
    confidence: best?.confidence ?? 0,
    candidates: candidates.filter((one) => one.confidence > 0.001).map(({ type, confidence }) => ({ type, confidence })),
  };
}

function pagePoints(page: PageModel): Points {
  const points = cluePoints(page);
  const body = fold(page.lines.map((line) => textOf(line.tokens)).join(" "));
  const phrasePoints = zeroPoints();
  for (const { type, folded, points: worth } of bodyPhrases) if (body.includes(folded)) phrasePoints[type] += worth;
  for (const name of NAMES) points[name] += Math.min(BODY_CAP, phrasePoints[name]);
  return points;
}

/** Titles count once by their best place, labels once each up to the cap. */
function cluePoints(page: PageModel): Points {
  const tally: Tally = { titles: zeroPoints(), labels: zeroPoints(), seen: new Set() };
  const bodyHeight = median(page.lines.map((line) => line.height));
  for (const [at, cells] of page.cells.entries()) {
    const line = page.lines[at];
    if (line === undefined) continue;
    const top = line.box.y0 < page.heightPx * TITLE_ZONE;
    const tall = line.height > bodyHeight * 1.2;
    const titlePoints = (top || tall ? TITLE_POINTS : LOW_TITLE_POINTS) * (top && tall ? 1.4 : 1);
    for (const cell of cells) {
      if (top && tall && cell.tokens.length <= MAX_HEADING_WORDS)
        headingPoints(tally.titles, textOf(cell.tokens), titlePoints * HEADING_SHARE);
      for (const head of headsOf(textOf(cell.tokens))) countClues(tally, head, titlePoints);
    }
  }
  for (const name of NAMES) tally.titles[name] += Math.min(BODY_CAP, tally.labels[name]);
  return tally.titles;
}

interface Tally {
  readonly titles: Points;
  readonly labels: Points;
  /** Types and folded texts that have counted. */
  readonly seen: Set<string>;
}

function countClues({ titles, labels, seen }: Tally, { text, whole }: ReturnType<typeof headsOf>[number], titlePoints: number): void {
  for (const clue of clues.match(text)[0]?.phrase.meaning ?? []) {
    const key = `${clue.type} ${fold(text)}`;
    if (clue.kind === "title" && whole) titles[clue.type] = Math.max(titles[clue.type], titlePoints);
    else if (!seen.has(key)) labels[clue.type] += LABEL_POINTS;
    seen.add(key);
  }
}

function headingPoints(titles: Points, text: string, points: number): void {
  const lower = text.toLowerCase();
  for (const { type, is, isNot } of headings) if (is.test(lower) && !isNot.test(lower)) titles[type] = Math.max(titles[type], points);
}

/** The cell itself and what stands before a colon or dash in it. */
function headsOf(text: string): { readonly text: string; readonly whole: boolean }[] {
  const bare = text.replace(/^(re|subject)\s*:\s*/i, "");
  const head = /^(.{2,60}?)\s*(?:[:–—]|\s-\s)/.exec(bare)?.[1];
  const whole = [{ text: bare, whole: true }];
  return head === undefined ? whole : [...whole, { text: head, whole: !bare.includes(":") }];
}

function filePoints(fileName: string): Points {
  const points = zeroPoints();
  const words = new Set(fileName.toLowerCase().split(/[^a-z0-9]+/));
  for (const name of NAMES) if (TYPE_EVIDENCE[name].fileWords.some((word) => words.has(word))) points[name] += FILE_POINTS;
  return points;
}

/** Whether a page is a fax cover sheet. */
export function isCoverSheet(page: PageModel): boolean {
  if (page.tokens.length > COVER_MAX_WORDS) return false;
  const text = page.lines.map((line) => textOf(line.tokens).toLowerCase()).join("\n");
  const hits = coverPhrases.filter((phrase) => text.includes(phrase)).length;
  return hits >= COVER_HITS && /\b(fax|facsimile|cover|transmi)/.test(text);
}

function zeroPoints(): Points {
  return { pa: 0, letter: 0, eligibility: 0, claim: 0, eob: 0, appeal: 0, benefit: 0, record: 0, prescription: 0, lab: 0 };
}

/** By type, the most that one page says: three pages of an attached record say no more than one. */
function highest(pages: readonly Points[]): Points {
  const points = zeroPoints();
  for (const page of pages) for (const name of NAMES) points[name] = Math.max(points[name], page[name]);
  return points;
}

function add(total: Points, points: Points, weight: number): void {
  for (const name of NAMES) total[name] += points[name] * weight;
}
