import type { Box, PageWords, Word } from "../../proto/document/v1/document.pb.ts";

/** Words read of one page; a dense printed page holds about 1,200, the rest is noise of a bad scan. */
const MAX_TOKENS_PER_PAGE = 6000;
/** Characters of one word that are looked at: no printed value is longer, and matching costs grow with the square. */
const MAX_TOKEN_CHARS = 120;

/** A word, or the part of a word on one side of a seam, with both readings. */
export interface Token {
  readonly text: string;
  /** The independent second reading; empty when none was made. */
  readonly second: string;
  readonly confidence: number;
  readonly secondConfidence: number;
  readonly box: Box;
  readonly page: number;
  /** Index into PageWords.words. */
  readonly index: number;
}

/** A table's rule read as a word. */
const RULE = /^[|¦\][_=~]+$/;
const NO_BOX: Box = { x0: 0, y0: 0, x1: 0, y1: 0 };

/** Words as tokens: `ID:X12` becomes `ID:` and `X12`; words without ink, and those past the page's limit, are left out. */
export function tokensOf(page: PageWords): Token[] {
  const tokens: Token[] = [];
  for (const [index, word] of page.words.entries()) {
    if (tokens.length >= MAX_TOKENS_PER_PAGE) break;
    const text = unruled(word.text.trim().slice(0, MAX_TOKEN_CHARS));
    if (text === "" || (RULE.test(text) && !/[A-Za-z0-9]/.test(word.secondText))) continue;
    tokens.push(...split(word, text, { page: page.page, index }));
  }
  return tokens;
}

function split(word: Word, text: string, where: { readonly page: number; readonly index: number }): Token[] {
  const box = word.box ?? NO_BOX;
  const second = unruled(word.secondText.trim().slice(0, MAX_TOKEN_CHARS));
  const whole: Token = { text, second, confidence: word.confidence, secondConfidence: word.secondConfidence, box, ...where };
  const at = seamOf(text);
  if (at === undefined) return [whole];
  const edge = box.x0 + ((box.x1 - box.x0) * at) / text.length;
  const secondAt = seamOf(second) ?? (CELL_SEAM.test(text) ? seamIn(second, LOST_SEAM) : undefined);
  const [left, right] = secondAt === undefined ? ["", ""] : [second.slice(0, secondAt), second.slice(secondAt)];
  return [
    { ...whole, text: text.slice(0, at), second: left, box: { ...box, x1: edge } },
    { ...whole, text: text.slice(at), second: right, box: { ...box, x0: edge } },
  ];
}

/** A rule glued to the front of a word (`|Normal`) is no part of it. */
function unruled(text: string): string {
  return text.replace(/^[|¦\][]+(?=[A-Za-z$]{2})/, "");
}

/** A table's rule read as a mark between an amount and the next column: `$36.41|2`. */
const CELL_SEAM = /^\$?[\d,]*\d\.\d\d[|\][(]+(?=[\dA-Z]{1,3}$)/;
/** The same with the rule lost; only believed where the other reading has the rule, since `$36.412` may be `$36,412`. */
const LOST_SEAM = /^\$?[\d,]*\d\.\d\d(?=[\dA-Z]{1,3}$)/;

const SEAMS = [/[A-Za-z)][:#]+(?=[^:#\s])/, /\d[|\][()/]+(?=[A-Z][A-Za-z]+$|[HL]$)/, /^[\d.]{0,4}\d(?=[HL]$)/, CELL_SEAM];

function seamIn(text: string, pattern: RegExp): number | undefined {
  const glued = pattern.exec(text);
  return glued === null ? undefined : glued.index + glued[0].length;
}

/**
 * Where two things glued together part: after the colon or number sign that follows a letter (`ID:X12`), or where a table's
 * rule was lost or read as a mark between a number and a word (`2.5L`, `1.6]Normal`).
 */
function seamOf(text: string): number | undefined {
  for (const seam of SEAMS) {
    const at = seamIn(text, seam);
    if (at !== undefined) return at;
  }
  return undefined;
}
