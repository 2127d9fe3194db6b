import { TextSource } from "../../proto/document/v1/document.pb.ts";
import type { Evidence } from "./evidence.ts";
import type { Feature } from "./feature.ts";

/** Words below this were guessed rather than read. */
const LOW_WORD_CONFIDENCE = 0.6;

/** How sure the reading and the understanding were, and how much there was to read. */
export const READING_FEATURES: readonly Feature[] = [
  { name: "type_confidence", low: 0, high: 1, neutral: 1, of: ({ understanding }) => understanding.typeConfidence },
  { name: "type_margin", low: 0, high: 1, neutral: 1, of: typeMargin },
  { name: "acted_on_confidence_min", low: 0, high: 1, neutral: 1, of: ({ actedOn }) => quantile(confidences(actedOn.found), 0) },
  { name: "acted_on_confidence_mean", low: 0, high: 1, neutral: 1, of: ({ actedOn }) => mean(confidences(actedOn.found)) },
  { name: "field_confidence_q10", low: 0, high: 1, neutral: 1, of: ({ fields }) => quantile(confidences(fields.all), 0.1) },
  {
    name: "acted_on_missing_share",
    low: 0,
    high: 1,
    neutral: 0,
    of: ({ actedOn }) => actedOn.missing.length / (actedOn.missing.length + actedOn.found.length),
  },
  { name: "ocr_confidence_mean", low: 0, high: 1, neutral: 1, of: (evidence) => mean(ocrConfidences(evidence)) },
  {
    name: "ocr_low_share",
    low: 0,
    high: 1,
    neutral: 0,
    of: (evidence) => mean(ocrConfidences(evidence).map((confidence) => Number(confidence < LOW_WORD_CONFIDENCE))),
  },
  { name: "second_reading_disagreement", low: 0, high: 1, neutral: 0, of: disagreement },
  {
    name: "noise_ratio_log",
    low: 0,
    high: 4,
    neutral: 0,
    of: ({ pages }) =>
      Math.log1p(
        quantile(
          pages.map((page) => page.noiseRatio),
          1,
        ) ?? 0,
      ),
  },
  { name: "fields_log", low: 0, high: 6, neutral: 0, of: ({ fields }) => Math.log1p(fields.all.length) },
  { name: "pages_log", low: 0, high: 6, neutral: 0, of: ({ pages }) => Math.log1p(pages.length) },
  {
    name: "words_per_page_log",
    low: 0,
    high: 9,
    neutral: 0,
    of: ({ pages }) => Math.log1p(mean(pages.map((page) => page.words.length)) ?? 0),
  },
  { name: "lines_log", low: 0, high: 6, neutral: 0, of: ({ fields }) => Math.log1p(fields.rows("lines").length) },
];

function typeMargin({ understanding }: Evidence): number {
  const others = understanding.candidates.filter((candidate) => candidate.type !== understanding.type);
  return understanding.typeConfidence - others.reduce((best, candidate) => Math.max(best, candidate.confidence), 0);
}

function confidences(fields: readonly { readonly confidence: number }[]): readonly number[] {
  return fields.map((field) => field.confidence);
}

function ocrConfidences({ pages }: Evidence): readonly number[] {
  return pages.filter((page) => page.source === TextSource.OCR).flatMap((page) => page.words.map((word) => word.confidence));
}

function disagreement({ pages }: Evidence): number | undefined {
  const twice = pages.flatMap((page) => page.words.filter((word) => word.secondText !== ""));
  return mean(twice.map((word) => Number(word.secondText !== word.text)));
}

/** Undefined for an empty list. */
function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Lower quantile, without interpolation; undefined for an empty list. */
function quantile(values: readonly number[], q: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
}
