import { isSamePrint } from "./confusions.ts";
import type { Check, Parsed, Parser } from "./parsed.ts";
import type { Token } from "./tokens.ts";

/**
 * How the two readings of a value stand to each other: `both` say the same, `split` say different things, `one` means that
 * only one of them holds such a value, `single` that the page was read once.
 */
export type Agreement = "both" | "split" | "one" | "single";

/** A value with the tokens it was read from. */
export interface ReadValue {
  readonly value: string;
  /** What the reading says that lost; empty when both agree or there is one only. */
  readonly otherValue: string;
  readonly rawText: string;
  readonly tokens: readonly Token[];
  readonly steps: readonly string[];
  readonly check: Check;
  readonly agreement: Agreement;
}

interface Joined {
  readonly text: string;
  /** Offset of each token in `text`. */
  readonly offsets: readonly number[];
}

/** Shorter remains prove nothing. */
const MIN_CUT_CHARS = 4;
const CHECK_RANK: Readonly<Record<Check, number>> = { passed: 3, shape: 2, none: 1, failed: 0 };

/** One reading of the tokens and what it says. */
interface Reading {
  readonly joined: Joined;
  readonly parsed: Parsed | undefined;
}

/** Parses both readings of the tokens and keeps the better supported value. */
export function readValue(tokens: readonly Token[], parse: Parser): ReadValue | undefined {
  const first = readingOf(tokens, (token) => token.text, parse);
  if (!tokens.some((token) => token.second !== "")) return toRead(tokens, first, "single");
  const second = readingOf(tokens, (token) => (token.second === "" ? token.text : token.second), parse);
  const [a, b] = [first.parsed, second.parsed];
  if (b === undefined) return toRead(tokens, first, heldByOne(first, second));
  if (a === undefined) return withStep(toRead(tokens, second, heldByOne(second, first)), "second_reading");
  if (a.value === b.value) return toRead(tokens, { ...first, parsed: better(a, b) }, "both");
  if (isSamePrint(a.value, b.value) && (a.check === "passed") !== (b.check === "passed"))
    return withStep(toRead(tokens, a.check === "passed" ? first : second, "both"), "look_alikes");
  if (prefersSecond(tokens, a, b)) return withStep(toRead(tokens, second, "split", a.value), "second_reading");
  return toRead(tokens, first, "split", b.value);
}

function readingOf(tokens: readonly Token[], read: (token: Token) => string, parse: Parser): Reading {
  const joined = join(tokens, read);
  return { joined, parsed: parse(joined.text) };
}

/** What one reading alone holds counts as read by both where it passes its check and the other has all of it but one edge. */
function heldByOne(holder: Reading, other: Reading): Agreement {
  return holder.parsed?.check === "passed" && isCut(other.joined.text, holder.joined.text) ? "both" : "one";
}

/** One reading lost the first or last character of what the other holds: both saw the same print. */
function isCut(cut: string, whole: string): boolean {
  return cut.length >= MIN_CUT_CHARS && (whole.slice(1) === cut || whole.slice(0, -1) === cut);
}

function better(a: Parsed, b: Parsed): Parsed {
  return CHECK_RANK[b.check] > CHECK_RANK[a.check] || (b.check === a.check && b.steps.length < a.steps.length)
    ? { ...a, check: b.check, steps: b.steps }
    : a;
}

function prefersSecond(tokens: readonly Token[], a: Parsed, b: Parsed): boolean {
  if (CHECK_RANK[a.check] !== CHECK_RANK[b.check]) return CHECK_RANK[b.check] > CHECK_RANK[a.check];
  const differing = tokens.filter((token) => token.second !== "" && token.second !== token.text);
  const margin = differing.reduce((sum, token) => sum + token.secondConfidence - token.confidence, 0);
  return margin > 0;
}

function withStep(read: ReadValue | undefined, step: string): ReadValue | undefined {
  return read === undefined ? undefined : { ...read, steps: [step, ...read.steps] };
}

function join(tokens: readonly Token[], read: (token: Token) => string): Joined {
  const offsets: number[] = [];
  let text = "";
  for (const token of tokens) {
    if (text !== "") text += " ";
    offsets.push(text.length);
    text += read(token);
  }
  return { text, offsets };
}

function toRead(tokens: readonly Token[], { joined, parsed }: Reading, agreement: Agreement, otherValue = ""): ReadValue | undefined {
  if (parsed === undefined) return undefined;
  const used = tokens.filter((_, at) => {
    const from = joined.offsets[at] ?? 0;
    const to = joined.offsets[at + 1] ?? joined.text.length + 1;
    return from < parsed.end && to - 1 > parsed.start;
  });
  const rawText = used.map((token) => token.text).join(" ");
  return { value: parsed.value, rawText, tokens: used, steps: parsed.steps, check: parsed.check, agreement, otherValue };
}
