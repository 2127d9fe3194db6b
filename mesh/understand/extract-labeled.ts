import type { Box } from "../../proto/document/v1/document.pb.ts";
import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { FieldLabels, ValueKind } from "./data/field-labels.ts";
import { type LabelMeanings, type ReadPage, sectionOf } from "./document-model.ts";
import type { Extraction } from "./extraction.ts";
import { serviceHeadLines } from "./extract-lines.ts";
import type { LabelHit } from "./label-hits.ts";
import type { Parser } from "./parsed.ts";
import { type ReadValue, readValue } from "./readings.ts";
import { rejoined } from "./rejoin.ts";
import { valueParsers } from "./value-parsers.ts";
import { centerY, heightOf } from "./lines.ts";
import { firstSentence } from "./paragraphs.ts";
import type { Token } from "./tokens.ts";
import { valueZones, wrappedZone, type Zone } from "./value-zones.ts";

/** Kinds whose value is all the text there is, over several lines. */
const WRAPPED: ReadonlySet<ValueKind> = new Set(["text"]);
/** Kinds that must stand in the first cell: anything would do as a name or text further right. */
const FIRST_CELL_ONLY: ReadonlySet<ValueKind> = new Set(["name", "text", "plan", "drug"]);
/** Kinds that a form may offer as check boxes: then the boxes decide, not the words beside them. */
const CHOICES: ReadonlySet<ValueKind> = new Set(["decision", "active", "level", "yes_no", "urgency"]);
/** Kinds that prose would feed with any word: without a colon their value must stand in a cell of its own. */
const LOOSE: ReadonlySet<ValueKind> = new Set([
  "name",
  "text",
  "plan",
  "drug",
  "integer",
  "decision",
  "active",
  "level",
  "yes_no",
  "urgency",
]);
/** Kinds found by extractors of their own, which see several values at once. */
const ELSEWHERE: ReadonlySet<ValueKind> = new Set(["none", "payer", "icd10", "hcpcs"]);

/** Values beside or under their printed labels. */
export function extractLabeled(extraction: Extraction): FieldCandidate[] {
  const parsers = valueParsers(extraction.book);
  return extraction.pages.flatMap((page) => {
    const heads = serviceHeadLines(page.model);
    return page.hits
      .filter((hit) => !heads.has(hit.line))
      .flatMap((hit) => {
        const meaning = meaningOf(extraction, page, hit);
        return meaning === undefined || ELSEWHERE.has(meaning.kind)
          ? []
          : labeledValue({ page, hit, meaning, parse: parsers[meaning.kind] });
      });
  });
}

/** The meaning that fits the document type and the form part; the more particular one wins. */
function meaningOf(extraction: Extraction, page: ReadPage, hit: LabelHit<LabelMeanings>): FieldLabels | undefined {
  const section = sectionOf(page, hit);
  const fitting = hit.meaning.filter((meaning) => {
    if (meaning.field === "") return false;
    if (meaning.types !== undefined && !meaning.types.some((type) => type === extraction.type)) return false;
    return meaning.sections === undefined || meaning.sections.some((name) => name === section);
  });
  return fitting.find((meaning) => meaning.sections !== undefined) ?? fitting.find((meaning) => meaning.types !== undefined) ?? fitting[0];
}

interface LabeledValue {
  readonly page: ReadPage;
  readonly hit: LabelHit<LabelMeanings>;
  readonly meaning: FieldLabels;
  readonly parse: Parser;
}

function labeledValue({ page, hit, meaning, parse }: LabeledValue): FieldCandidate[] {
  if (CHOICES.has(meaning.kind) && hasCheckbox(page, hit.line)) return [];
  for (const zone of valueZones(page, hit)) {
    if (zone.where === "row" && FIRST_CELL_ONLY.has(meaning.kind)) continue;
    // A heading over a row of boxes is followed by options, not by a value.
    if (CHOICES.has(meaning.kind) && zone.tokens.some((token) => standsByCheckbox(page, token.box))) continue;
    if (!hit.marked && !hit.fillsCell && LOOSE.has(meaning.kind)) continue;
    const read = readValue(zoneTokens(page, hit, { zone, kind: meaning.kind }), parse);
    if (read === undefined || isHeading({ page, hit, meaning, parse }, read)) continue;
    const sighting = {
      name: meaning.field,
      method: "label",
      labelScore: hit.score * (hit.marked ? 1 : 0.9),
      farFromLabel: zone.where !== "right",
    };
    return [candidateOf(read, sighting)];
  }
  return [];
}

/** Free text runs on into the next lines; behind a label in its own cell it is one sentence of a paragraph. */
function zoneTokens(
  page: ReadPage,
  hit: LabelHit<LabelMeanings>,
  { zone, kind }: { readonly zone: Zone; readonly kind: ValueKind },
): readonly Token[] {
  if (kind === "identifier") return rejoined(zone.tokens);
  if (!WRAPPED.has(kind)) return zone.tokens;
  const tokens = wrappedZone(page, hit, zone);
  return hit.fillsCell ? tokens : firstSentence(tokens);
}

function hasCheckbox(page: ReadPage, lineIndex: number): boolean {
  const line = page.model.lines[lineIndex];
  return line !== undefined && standsByCheckbox(page, line.box);
}

function standsByCheckbox({ model }: ReadPage, own: Box): boolean {
  return model.checkboxes.some(({ box }) => box !== undefined && Math.abs(centerY(box) - centerY(own)) < heightOf(own));
}

/** `Drug Requested` may head a part of the form; then an unlisted word under it is no drug. */
function isHeading({ page, hit, meaning }: LabeledValue, read: ReadValue): boolean {
  return meaning.kind === "drug" && read.check !== "passed" && page.sections.some((section) => section.line === hit.line);
}
