import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { Extraction } from "./extraction.ts";
import { gap } from "./lines.ts";
import { parseDate } from "./parse-date.ts";
import { readValue } from "./readings.ts";

/** Part of the page in which a letter bears its date. */
const LETTERHEAD = 0.45;

/** What the date of a letter means on each type. */
const DATE_OF: Readonly<Partial<Record<Extraction["type"], string>>> = {
  letter: "letter.date",
  appeal: "letter.date",
  eob: "letter.date",
  benefit: "letter.date",
  eligibility: "letter.date",
  pa: "request.date",
};

/** The date that stands alone on a line near the top of a letter's first pages. */
export function extractLetterDate(extraction: Extraction): FieldCandidate[] {
  const name = DATE_OF[extraction.type];
  if (name === undefined) return [];
  for (const { model, hits } of extraction.pages.slice(0, 2)) {
    for (const cells of model.cells) {
      for (const cell of cells) {
        // A date right under or beside a label is that label's value.
        if (hits.some((hit) => hit.line <= cell.line && hit.fillsCell && hit.line >= cell.line - 2 && gap(hit.box, cell.box) === 0))
          continue;
        if (hits.some((hit) => hit.line === cell.line && hit.marked)) continue;
        if (cell.box.y0 > model.heightPx * LETTERHEAD || cell.tokens.length > 4) continue;
        const read = readValue(cell.tokens, parseDate);
        if (read !== undefined && read.tokens.length === cell.tokens.length) {
          return [candidateOf(read, { name, method: "prose", labelScore: 0.5 })];
        }
      }
    }
  }
  return [];
}
