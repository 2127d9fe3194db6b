import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { ValueKind } from "./data/field-labels.ts";
import type { LabelMeanings, ReadPage } from "./document-model.ts";
import type { Extraction } from "./extraction.ts";
import type { LabelHit } from "./label-hits.ts";
import { paragraphsOf } from "./paragraphs.ts";
import { parseHcpcsAll } from "./parse-hcpcs.ts";
import { parseIcd10All } from "./parse-icd10.ts";
import type { Parsed } from "./parsed.ts";
import { type ReadValue, readValue } from "./readings.ts";
import type { Token } from "./tokens.ts";
import { valueZones, wrappedZone } from "./value-zones.ts";

/** Codes of one kind that a document holds at most. */
const MAX_CODES = 24;

/** A code with where it was seen. */
interface Seen {
  readonly read: ReadValue;
  readonly labelScore: number;
}

/** Diagnosis codes, in order of appearance: behind their labels, and listed codes anywhere. */
export function extractDiagnoses(extraction: Extraction): FieldCandidate[] {
  const find = (text: string) => parseIcd10All(text, extraction.book);
  const seen = extraction.pages.flatMap((page) => [
    ...labeledCodes(page, "icd10", find),
    ...announcedCodes(page, find),
    ...looseCodes(page, find),
  ]);
  return numbered(seen, (index) => `diagnoses[${index}].icd10`);
}

/** Procedure and drug codes outside service line tables, in order of appearance. */
export function extractServices(extraction: Extraction): FieldCandidate[] {
  if (extraction.type === "claim" || extraction.type === "eob") return [];
  const isListed = (code: string) => extraction.book.procedures.has(code);
  const seen = extraction.pages.flatMap((page) => [
    ...labeledCodes(page, "hcpcs", (text) => parseHcpcsAll(text, isListed, true)),
    ...looseCodes(page, (text) => parseHcpcsAll(text, isListed, false)),
  ]);
  return numbered(seen, (index) => `services[${index}].hcpcs`);
}

type FindAll = (text: string) => readonly Parsed[];

function labeledCodes(page: ReadPage, kind: ValueKind, find: FindAll): Seen[] {
  return page.hits.filter((hit) => hit.meaning.some((meaning) => meaning.kind === kind)).flatMap((hit) => codesBeside(page, hit, find));
}

function codesBeside(page: ReadPage, hit: LabelHit<LabelMeanings>, find: FindAll): Seen[] {
  for (const zone of valueZones(page, hit)) {
    const reads = everyCode(wrappedZone(page, hit, zone), find);
    if (reads.length > 0) return reads.map((read) => ({ read, labelScore: hit.score }));
  }
  return [];
}

/** Words that announce a diagnosis: behind them `127.21` is `I27.21`. */
const ANNOUNCED = /diagnos|icd|assessment|impression/i;

/** Codes of the list in sentences that announce them, read with look-alikes. */
function announcedCodes(page: ReadPage, find: FindAll): Seen[] {
  return paragraphsOf(page.model)
    .filter((paragraph) => ANNOUNCED.test(paragraph.text))
    .flatMap((paragraph) => everyCode(paragraph.tokens, find))
    .filter((read) => read.check === "passed" && read.rawText.includes("."))
    .map((read) => ({ read, labelScore: 0.5 }));
}

/** Codes of the list without any label; unlisted ones are too likely something else. */
function looseCodes(page: ReadPage, find: FindAll): Seen[] {
  return page.model.lines
    .flatMap((line) => everyCode(line.tokens, find))
    .filter((read) => read.check === "passed" && /^[\W]?[A-Z\]]/.test(read.rawText) && !read.steps.includes("point"))
    .map((read) => ({ read, labelScore: 0 }));
}

/** Each code of the tokens, read by both readings where the second has one at the same place. */
export function everyCode(tokens: readonly Token[], find: FindAll): ReadValue[] {
  const found: ReadValue[] = [];
  const used = new Set<Token>();
  for (let at = 0; at < tokens.length && found.length < MAX_CODES; at += 1) {
    const token = tokens[at];
    if (token === undefined || used.has(token)) continue;
    const read = readValue([token], (text) => find(text)[0]) ?? joinedCode(tokens.slice(at, at + 2), find);
    if (read === undefined) continue;
    found.push(read);
    for (const part of read.tokens) used.add(part);
  }
  return found;
}

/** A code that OCR broke in two words, as `M05 .79`. */
function joinedCode(pair: readonly Token[], find: FindAll): ReadValue | undefined {
  if (pair.length < 2 || !/^[.,]?\s?[0-9A-Za-z]{1,4}$/.test(pair[1]?.text ?? "")) return undefined;
  const read = readValue(pair, (text) => find(text)[0]);
  return read !== undefined && read.tokens.length === 2 && read.check === "passed" ? read : undefined;
}

/** Gives each distinct code its number; every sighting of a code keeps it. */
function numbered(seen: readonly Seen[], name: (index: number) => string): FieldCandidate[] {
  const strong = seen.filter((one) => one.labelScore > 0);
  const ordered =
    strong.length > 0
      ? [...strong, ...seen.filter((one) => one.labelScore === 0 && strong.some((other) => other.read.value === one.read.value))]
      : seen;
  const indexes = new Map<string, number>();
  return ordered.flatMap((one) => {
    const index = indexes.get(one.read.value) ?? indexes.size;
    if (index >= MAX_CODES) return [];
    indexes.set(one.read.value, index);
    return [candidateOf(one.read, { name: name(index), method: one.labelScore > 0 ? "label" : "lexicon", labelScore: one.labelScore })];
  });
}
