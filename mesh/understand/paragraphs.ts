import { isOptionList } from "./decision-phrases.ts";
import { centerY, heightOf, median, unionBox } from "./lines.ts";
import { type PageModel, textOf } from "./page-model.ts";
import type { Token } from "./tokens.ts";

/** Vertical gap, in line heights, that separates paragraphs. */
const PARAGRAPH_GAP = 1.0;
/** A line this much taller than the page's median is a title. */
const TITLE_HEIGHT = 1.25;

/** Lines that belong together, with the text they make. */
export interface Paragraph {
  readonly page: number;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Position on the page, 0 top to 1 bottom. */
  readonly position: number;
  /** Printed larger than the page's body text. */
  readonly title: boolean;
  /** A line of check boxes, or of the words beside boxes that were not seen: what stands there is offered, not stated. */
  readonly options: boolean;
}

/** Paragraphs of a page in reading order; cells far apart on a line are not joined. */
export function paragraphsOf(model: PageModel): Paragraph[] {
  const body = median(model.lines.map((line) => line.height));
  const groups: Group[] = [];
  let bottom = Number.NEGATIVE_INFINITY;
  let height = 0;
  for (const [at, line] of model.lines.entries()) {
    const cells = model.cells[at] ?? [];
    const joined =
      cells.length === 1 && line.box.y0 - bottom < PARAGRAPH_GAP * line.height && Math.abs(line.height - height) < 0.3 * line.height;
    const listed = !joined && isOptionList(textOf(line.tokens));
    if (joined) groups.at(-1)?.tokens.push(...line.tokens);
    else for (const cell of cells) groups.push({ tokens: [...cell.tokens], listed });
    bottom = line.box.y1;
    height = line.height;
  }
  return groups.map((group) => toParagraph(model, group, body));
}

interface Group {
  readonly tokens: Token[];
  /** Its first line names the options of a form. */
  readonly listed: boolean;
}

function toParagraph(model: PageModel, { tokens, listed }: Group, body: number): Paragraph {
  const top = tokens[0]?.box.y0 ?? 0;
  const tall = median(tokens.map((token) => heightOf(token.box)));
  return {
    page: model.page,
    text: textOf(tokens),
    tokens,
    position: top / Math.max(1, model.heightPx),
    title: tall > body * TITLE_HEIGHT,
    options: listed || standsByBoxes(model, tokens),
  };
}

function standsByBoxes(model: PageModel, tokens: readonly Token[]): boolean {
  const box = unionBox(tokens.map((token) => token.box));
  return model.checkboxes.some((checkbox) => checkbox.box !== undefined && Math.abs(centerY(checkbox.box) - centerY(box)) < heightOf(box));
}

/** The tokens up to the end of the first sentence. */
export function firstSentence(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex((token, at) => /[a-z)\d]{2}[.!?]$/.test(token.text) && /^[A-Z("]/.test(tokens[at + 1]?.text ?? "A"));
  return end < 0 ? tokens : tokens.slice(0, end + 1);
}
