import type { PageWords } from "../../proto/document/v1/document.pb.ts";
import type { FieldLabels, SectionName } from "./data/field-labels.ts";
import { FIELD_LABELS } from "./data/field-labels.ts";
import { SECTION_HEADINGS } from "./data/sections.ts";
import { type LabelHit, labelHits } from "./label-hits.ts";
import { type PhraseIndex, phraseIndex } from "./label-index.ts";
import { type PageModel, pageModel } from "./page-model.ts";
import { isStrong, type ZoneScan } from "./value-zones.ts";

/** What one printed label may mean. */
export type LabelMeanings = readonly FieldLabels[];
export type SectionLabel = SectionName | "other";

/** A page with its labels and form parts found. */
export interface ReadPage extends ZoneScan<LabelMeanings> {
  readonly model: PageModel;
  readonly hits: readonly LabelHit<LabelMeanings>[];
  readonly sections: readonly LabelHit<SectionLabel>[];
}

const labelIndex: PhraseIndex<LabelMeanings> = phraseIndex(
  [
    ...Map.groupBy(
      FIELD_LABELS.flatMap((row) => row.labels.map((text) => ({ text, row }))),
      (entry) => entry.text.toLowerCase(),
    ).values(),
  ].map((entries) => ({ text: entries[0]?.text ?? "", meaning: entries.map((entry) => entry.row) })),
);

const sectionIndex: PhraseIndex<SectionLabel> = phraseIndex(
  Object.entries(SECTION_HEADINGS).flatMap(([name, phrases]) => phrases.map((text) => ({ text, meaning: name as SectionLabel }))),
);

/** Finds lines, cells, labels and form parts of a page. */
export function readPage(page: PageWords): ReadPage {
  const model = pageModel(page);
  const hits = labelHits(model, labelIndex).filter(isStrong);
  const hitsByLine = Map.groupBy(hits, (hit) => hit.line);
  return { model, hits, hitsByLine, sections: sectionHits(model, hits) };
}

/** A heading fills its cell, carries no value beside it, and reads as nothing but a heading. */
function sectionHits(model: PageModel, hits: readonly LabelHit<LabelMeanings>[]): LabelHit<SectionLabel>[] {
  const found = labelHits(model, sectionIndex);
  return found.filter((hit) => {
    const cell = (model.cells[hit.line] ?? []).find((one) => one.box.x0 <= hit.box.x0 + 1 && one.box.x1 >= hit.box.x1 - 1);
    if (cell === undefined || hit.marked) return false;
    const before = cell.tokens.filter((token) => token.box.x1 <= hit.box.x0);
    const after = cell.tokens.filter((token) => token.box.x0 >= hit.box.x1);
    const numbered = before.every((token) => /^(section|part|[a-z0-9]{1,2})?[.:)\-–—]*$/i.test(token.text));
    const spelled = /information|details|data/i.test(hit.text) || !hits.some((label) => label.line === hit.line && label.marked);
    return after.length === 0 && numbered && spelled;
  });
}

/** The form part a hit stands in: the nearest heading above that covers its column. */
export function sectionOf(page: ReadPage, hit: Pick<LabelHit<unknown>, "line" | "box">): SectionLabel | undefined {
  const named = (page.hitsByLine.get(hit.line) ?? []).some(
    (other) => other.box.x1 <= hit.box.x0 && other.meaning.some((meaning) => meaning.field === "member.name"),
  );
  if (named) return "member";
  const above = page.sections.filter((section) => section.line < hit.line);
  for (const line of [...new Set(above.map((section) => section.line))].sort((a, b) => b - a)) {
    const row = above.filter((section) => section.line === line).sort((a, b) => a.box.x0 - b.box.x0);
    const covering = row.filter((section) => section.box.x0 <= hit.box.x0 + section.box.y1 - section.box.y0).at(-1);
    if (covering !== undefined) return covering.meaning;
  }
  return undefined;
}
