import { z } from "zod";
import { LETTER, MARK, NUMBER, SPACE } from "./characters.ts";

/** One entry of "added_tokens" of a tokenizer.json. */
export const addedTokenSchema = z.object({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  /** Found only where no letter, number or mark stands beside it. */
  single_word: z.boolean(),
  /** Takes the white space before it. */
  lstrip: z.boolean(),
  /** Takes the white space behind it. */
  rstrip: z.boolean(),
  /** Looked for in the normalized text instead of the original. */
  normalized: z.boolean(),
  special: z.boolean(),
});

/** Characters that mean something in a regular expression. */
const SYNTAX = /[\\^$.*+?()[\]{}|]/g;

export type AddedToken = z.infer<typeof addedTokenSchema>;

/** A part of a text: a token of its own, or text to be cut into words. */
export interface TextPart {
  readonly start: number;
  readonly end: number;
  readonly id: number | undefined;
}

/** Gives the parts of a text, in order and without gaps. */
export type PartFinder = (text: string) => readonly TextPart[];

/** Looks for tokens that stand in the text by their own name, the longest where several begin at one place. */
export function createPartFinder(tokens: readonly AddedToken[], classes: Uint8Array): PartFinder {
  if (tokens.length === 0) return (text) => [{ start: 0, end: text.length, id: undefined }];
  const byContent = new Map(tokens.map((token) => [token.content, token]));
  const longestFirst = [...byContent.keys()].toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(longestFirst.map((content) => content.replaceAll(SYNTAX, "\\$&")).join("|"), "gu");
  return (text) => {
    const parts: TextPart[] = [];
    let done = 0;
    for (const { 0: content, index } of text.matchAll(pattern)) {
      const token = byContent.get(content);
      const found = token === undefined ? undefined : rangeOf(token, { text, index, done }, classes);
      if (token === undefined || found === undefined) continue;
      if (done < found.start) parts.push({ start: done, end: found.start, id: undefined });
      parts.push({ ...found, id: token.id });
      done = found.end;
    }
    if (done < text.length) parts.push({ start: done, end: text.length, id: undefined });
    return parts;
  };
}

interface Match {
  readonly text: string;
  readonly index: number;
  /** Where the part before ends. */
  readonly done: number;
}

function rangeOf(
  token: AddedToken,
  { text, index, done }: Match,
  classes: Uint8Array,
): { readonly start: number; readonly end: number } | undefined {
  let [start, end] = [index, index + token.content.length];
  if (token.single_word && (isWord(before(text, start), classes) || isWord(text.codePointAt(end), classes))) return undefined;
  if (token.lstrip) while (start > done && isSpace(text.charCodeAt(start - 1), classes)) start -= 1;
  if (token.rstrip) while (end < text.length && isSpace(text.charCodeAt(end), classes)) end += 1;
  return { start, end };
}

function before(text: string, index: number): number | undefined {
  if (index === 0) return undefined;
  const unit = text.charCodeAt(index - 1);
  return unit >= 0xdc00 && unit <= 0xdfff ? text.codePointAt(index - 2) : unit;
}

function isWord(code: number | undefined, classes: Uint8Array): boolean {
  return code !== undefined && (code === 0x5f || ((classes[code] ?? 0) & (LETTER | NUMBER | MARK)) !== 0);
}

function isSpace(unit: number, classes: Uint8Array): boolean {
  return ((classes[unit] ?? 0) & SPACE) !== 0;
}
