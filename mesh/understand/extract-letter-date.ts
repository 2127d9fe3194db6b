import { type FieldCandidate, candidateOf } from "./candidate.ts";
import type { Cell } from "./cells.ts";
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
  for (const page of extraction.pages.slice(0, 2)) {
    for (const cell of page.model.cells.flat()) {
      const read = standsAlone(page, cell) ? readValue(cell.tokens, parseDate) : undefined;
      if (read !== undefined && read.tokens.length === cell.tokens.length) {
        return [candidateOf(read, { name, method: "prose", labelScore: 0.5 })];
      }
    }
  }
  return [];
}

/** A short cell in the letterhead; right under or beside a label it would be that label's value. */
function standsAlone({ model, hits }: Extraction["pages"][number], cell: Cell): boolean {
  if (cell.box.y0 > model.heightPx * LETTERHEAD || cell.tokens.length > 4) return false;
  return !hits.some(
    ({ line, marked, fillsCell, box }) =>
      (line === cell.line && marked) || (fillsCell && line <= cell.line && line >= cell.line - 2 && gap(box, cell.box) === 0),
  );
}
