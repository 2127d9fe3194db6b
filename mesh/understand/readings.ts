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

const CHECK_RANK: Readonly<Record<Check, number>> = { passed: 3, shape: 2, none: 1, failed: 0 };

/** Parses both readings of the tokens and keeps the better supported value. */
export function readValue(tokens: readonly Token[], parse: Parser): ReadValue | undefined {
  const first = join(tokens, (token) => token.text);
  const a = parse(first.text);
  if (!tokens.some((token) => token.second !== ""))
    return a === undefined ? undefined : toRead(tokens, first, a, { agreement: "single", otherValue: "" });
  const second = join(tokens, (token) => (token.second === "" ? token.text : token.second));
  const b = parse(second.text);
  if (a === undefined && b === undefined) return undefined;
  if (b === undefined) return a === undefined ? undefined : toRead(tokens, first, a, { agreement: "one", otherValue: "" });
  if (a === undefined) return withStep(toRead(tokens, second, b, { agreement: "one", otherValue: "" }), "second_reading");
  if (a.value === b.value) return toRead(tokens, first, better(a, b), { agreement: "both", otherValue: "" });
  if (prefersSecond(tokens, a, b))
    return withStep(toRead(tokens, second, b, { agreement: "split", otherValue: a.value }), "second_reading");
  return toRead(tokens, first, a, { agreement: "split", otherValue: b.value });
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

function withStep(read: ReadValue, step: string): ReadValue {
  return { ...read, steps: [step, ...read.steps] };
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

function toRead(tokens: readonly Token[], joined: Joined, parsed: Parsed, rest: Pick<ReadValue, "agreement" | "otherValue">): ReadValue {
  const used = tokens.filter((_, at) => {
    const from = joined.offsets[at] ?? 0;
    const to = joined.offsets[at + 1] ?? joined.text.length + 1;
    return from < parsed.end && to - 1 > parsed.start;
  });
  const rawText = used.map((token) => token.text).join(" ");
  return { value: parsed.value, rawText, tokens: used, steps: parsed.steps, check: parsed.check, ...rest };
}
