import { DocumentType, type PageWords, type Understanding } from "../../proto/document/v1/document.pb.ts";
import { PAYERS } from "../payers/directory.ts";
import { mentionsAdverseEvent } from "./adverse-event.ts";
import { type FieldCandidate, candidateOf } from "./candidate.ts";
import { type Classification, classify, type DocumentContext, isCoverSheet } from "./classify.ts";
import type { CodeBook } from "./code-book.ts";
import { withDrugAgreement } from "./consistency.ts";
import { decide, type DecisionFinding, decisionVotes } from "./decide.ts";
import { sentencesOf } from "./decision-phrases.ts";
import { readPage } from "./document-model.ts";
import { extractChoices } from "./extract-choices.ts";
import { extractDiagnoses, extractServices } from "./extract-codes.ts";
import { extractDrug } from "./extract-drug.ts";
import { extractDrugTable } from "./extract-drug-table.ts";
import { extractLabeled } from "./extract-labeled.ts";
import { extractLetterDate } from "./extract-letter-date.ts";
import { extractLines } from "./extract-lines.ts";
import { extractPayer } from "./extract-payer.ts";
import { extractProse } from "./extract-prose.ts";
import { extractResults } from "./extract-results.ts";
import { extractSignedName } from "./extract-signed-name.ts";
import { extractSpans } from "./extract-spans.ts";
import type { Extraction, Extractor } from "./extraction.ts";
import { guessLanguage } from "./language.ts";
import { withModelEvidence } from "./model-evidence.ts";
import { type Paragraph, paragraphsOf } from "./paragraphs.ts";
import { readValue } from "./readings.ts";
import { repairCodes } from "./repair-codes.ts";
import { repairSums } from "./repair-sums.ts";
import { missingFields, requiredFields } from "./required-fields.ts";
import { resolve, type ResolvedField, toField } from "./resolve.ts";
import type { DocumentLabels } from "./text-models.ts";

/** Rises with every change of rules or weights that can change an answer. */
const VERSION = "understand-1";
/** Share of the votes below which a decision counts as contradicted. */
const CLEAR_SHARE = 0.75;
/** Pages from which fields are taken: later ones of a long fax are attachments. */
const MAX_FIELD_PAGES = 40;

const EXTRACTORS: readonly Extractor[] = [
  extractLabeled,
  extractChoices,
  extractDiagnoses,
  extractServices,
  extractLines,
  extractResults,
  extractPayer,
  extractProse,
  extractDrug,
  extractDrugTable,
  extractLetterDate,
  extractSignedName,
];

/** What a document is resolved to before it becomes the artefact; the fitting of confidences reads it. */
export interface Resolution {
  readonly classification: Classification;
  readonly fields: readonly ResolvedField[];
  readonly decision: string;
  readonly paragraphs: readonly Paragraph[];
  readonly language: string;
}

/** What is known beside the pages. */
export interface Knowledge {
  readonly context: DocumentContext;
  readonly book: CodeBook;
  /** What the text models say of the pages; without it the rules stand alone. */
  readonly labels?: DocumentLabels | undefined;
}

/** Words to type, fields and decision, each with its confidence. Pure: the same pages and labels give the same answer. */
export function understand(pages: readonly PageWords[], knowledge: Knowledge): Understanding {
  const resolution = resolveDocument(pages, knowledge);
  const { classification, decision, paragraphs } = resolution;
  const required = requiredFields(classification.type, decision);
  const names = new Set(required);
  const fields = resolution.fields.map((field) => toField(field, names.has(field.name.replace(/\[\d+\]/g, "[]")))).sort(byName);
  return {
    type: classification.type,
    typeConfidence: classification.confidence,
    candidates: [...classification.candidates],
    fields,
    decision,
    payerId: payerIdOf(fields.find((field) => field.name === "payer.name")?.value),
    adverseEventMention: paragraphs.some((paragraph) => sentencesOf(paragraph.text).some(mentionsAdverseEvent)),
    missingFields: missingFields(required, fields),
    language: resolution.language,
    versions: [VERSION, ...(knowledge.labels?.models ?? [])],
  };
}

/** Classification and resolved fields of a document. */
export function resolveDocument(pages: readonly PageWords[], { context, book, labels }: Knowledge): Resolution {
  const read = pages.slice(0, MAX_FIELD_PAGES).map(readPage);
  const classification = classify(
    read.map((page) => page.model),
    context,
  );
  const content = read.filter((page) => page.model.tokens.length > 0 && !isCoverSheet(page.model));
  const extraction: Extraction = { type: classification.name, pages: content, book, labels };
  const paragraphs = content.flatMap((page) => paragraphsOf(page.model));
  const finding = classification.type === DocumentType.DETERMINATION_LETTER ? decide(decisionVotes(paragraphs)) : undefined;
  const ruled = [...EXTRACTORS.flatMap((extract) => extract(extraction)), ...decisionSightings(finding)];
  const sightings = [...ruled, ...extractSpans(extraction, new Set(ruled.map(({ name }) => name)))];
  const candidates = labels === undefined ? sightings : withModelEvidence(sightings, labels);
  const repaired = repairSums(repairCodes(candidates, book));
  const fields = resolve(withDrugAgreement(repaired, resolve(repaired), book));
  const decision = fields.find((field) => field.name === "decision")?.support.best.value ?? "";
  const language = guessLanguage(
    content.flatMap((page) => page.model.tokens.map((token) => token.text)),
    content.flatMap((page) => page.hits).length,
  );
  return { classification, fields, decision, paragraphs, language };
}

function decisionSightings(finding: DecisionFinding | undefined): FieldCandidate[] {
  if (finding === undefined) return [];
  const check = finding.share < CLEAR_SHARE ? "failed" : "passed";
  return finding.votes.flatMap(({ tokens, weight }) => {
    const read = readValue(tokens, (text) => ({
      value: finding.decision,
      start: 0,
      end: text.length,
      steps: ["decision"],
      check,
    }));
    return read === undefined
      ? []
      : [candidateOf(read, { name: "decision", method: "prose", labelScore: finding.share, consistent: weight > 2 })];
  });
}

function payerIdOf(displayName: string | undefined): string {
  return PAYERS.find((payer) => payer.displayName === displayName)?.id ?? "";
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}
