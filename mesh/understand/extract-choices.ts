import type { Checkbox } from "../../proto/document/v1/document.pb.ts";
import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { ReadPage } from "./document-model.ts";
import type { Extraction } from "./extraction.ts";
import type { FieldLabels } from "./data/field-labels.ts";
import { centerY, heightOf, type Line } from "./lines.ts";
import { parseDecision } from "./parse-decision.ts";
import { parseActive, parseLevel, parseUrgency, parseYesNo } from "./parse-choice.ts";
import type { Parser } from "./parsed.ts";
import { type ReadValue, readValue } from "./readings.ts";
import type { Token } from "./tokens.ts";

/** Text heights between a checkbox and the word it belongs to. */
const REACH = 2.5;
/** A checkbox read with less confidence than this is taken as ambiguous. */
const MIN_BOX_CONFIDENCE = 0.5;

const OPTIONS: Readonly<Partial<Record<FieldLabels["kind"], Parser>>> = {
  urgency: parseUrgency,
  yes_no: parseYesNo,
  active: parseActive,
  level: parseLevel,
  decision: parseDecision,
};

/** Choices that need no label beside them. */
const UNLABELED: Readonly<Partial<Record<Extraction["type"], Pick<FieldLabels, "field" | "kind">>>> = {
  pa: { field: "request.urgency", kind: "urgency" },
  letter: { field: "decision", kind: "decision" },
};

/** Choices that a form offers as checkboxes: the one option whose box is marked. */
export function extractChoices(extraction: Extraction): FieldCandidate[] {
  return extraction.pages.flatMap((page) =>
    page.model.lines.flatMap((line, at) => choicesOn(page, line, { at, unlabeled: UNLABELED[extraction.type] })),
  );
}

interface Where {
  /** Index of the line. */
  readonly at: number;
  /** The choice that this document type offers without a label. */
  readonly unlabeled: Pick<FieldLabels, "field" | "kind"> | undefined;
}

function choicesOn(page: ReadPage, line: Line, { at, unlabeled }: Where): FieldCandidate[] {
  const boxes = page.model.checkboxes.filter((checkbox) => stands(checkbox, line));
  if (boxes.length === 0) return [];
  const labeled = (page.hitsByLine.get(at) ?? []).concat(page.hitsByLine.get(at - 1) ?? []);
  const meanings = labeled
    .flatMap((hit) => hit.meaning.map((meaning) => ({ meaning, score: hit.score })))
    .filter(({ meaning }) => OPTIONS[meaning.kind] !== undefined);
  const tried = unlabeled === undefined ? meanings : [...meanings, { meaning: unlabeled, score: 0.7 }];
  for (const { meaning, score } of tried) {
    const parse = OPTIONS[meaning.kind];
    const marked = parse === undefined ? [] : markedOptions(line, boxes, parse);
    const [only] = marked;
    if (only === undefined || new Set(marked.map((one) => one.read.value)).size > 1) continue;
    return [candidateOf(only.read, { name: meaning.field, method: "checkbox", labelScore: score, consistent: only.clear })];
  }
  return [];
}

function stands(checkbox: Checkbox, line: Line): boolean {
  const { box } = checkbox;
  return box !== undefined && Math.abs(centerY(box) - centerY(line.box)) < 0.8 * Math.max(line.height, heightOf(box));
}

interface Marked {
  readonly read: ReadValue;
  /** Every box of the line was read clearly. */
  readonly clear: boolean;
}

/** Options of a line whose box is checked; needs a second, unchecked option, so that a lone smudge decides nothing. */
function markedOptions(line: Line, boxes: readonly Checkbox[], parse: Parser): Marked[] {
  const options = boxes.flatMap((checkbox) => {
    const read = readValue(wordsOf(line, checkbox, boxes), parse);
    return read === undefined ? [] : [{ checkbox, read }];
  });
  const clear = options.every(({ checkbox }) => checkbox.confidence >= MIN_BOX_CONFIDENCE);
  return options.filter(({ checkbox }) => checkbox.checked).map(({ read }) => ({ read, clear: clear && options.length > 1 }));
}

/** The words between a checkbox and the next one. */
function wordsOf(line: Line, checkbox: Checkbox, boxes: readonly Checkbox[]): Token[] {
  const { x0: left, x1: right } = checkbox.box ?? { x0: 0, x1: 0 };
  const next = Math.min(...boxes.map((other) => other.box?.x0 ?? 0).filter((x0) => x0 > right), Number.POSITIVE_INFINITY);
  const words = line.tokens.filter((token) => token.box.x1 > right + line.height * 0.3 && token.box.x0 >= left - 2 && token.box.x0 < next);
  const first = words.find((token) => /[A-Za-z]{2}/.test(token.text));
  return first === undefined || first.box.x0 - right > REACH * line.height ? [] : words;
}
