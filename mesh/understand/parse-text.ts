import type { Parsed } from "./parsed.ts";

/** Characters of a free-text value; longer ones are paragraphs that no form field holds. */
const MAX_TEXT_CHARS = 600;

/** The whole text as a value, spaces folded, closing marks dropped; undefined when it holds no letter. */
export function parsePlainText(text: string): Parsed | undefined {
  const value = text
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_TEXT_CHARS)
    .replace(/[.,;:\s]+$/, "");
  if (!/[A-Za-z]/.test(value)) return undefined;
  return { value, start: 0, end: text.length, steps: [], check: "none" };
}

/** A plan's name: the text up to the first comma, semicolon or end of sentence. */
export function parsePlan(text: string): Parsed | undefined {
  const head = /^[^,;]*?(?=[,;]|\.\s|$)/.exec(text)?.[0] ?? "";
  return parsePlainText(head);
}
