import type { Entry } from "./entry.ts";
import type { LengthBuckets } from "./length-buckets.ts";
import type { BatchLimits } from "./limits.ts";
import type { PaddingAccount } from "./padding-account.ts";

/** Requests that run as one, and what that costs. */
export interface Choice<T> {
  readonly entries: readonly Entry<T>[];
  readonly rows: number;
  /** Length that every row is padded to. */
  readonly length: number;
  readonly realTokens: number;
  /** What kept further waiting requests out; undefined: there were none of fitting length. */
  readonly limitedBy: "rows" | "tokens" | undefined;
}

export interface Rules {
  readonly limits: BatchLimits;
  readonly padding: PaddingAccount;
}

/**
 * The batch with the most rows that holds `first`: a run of neighboring lengths around it, as wide as rows, tokens and padding
 * allow. Of equally many rows the one with the shortest padded length. Looks at no more than `maxRows` requests per bucket.
 */
export function chooseBatch<T>(first: Entry<T>, buckets: LengthBuckets<T>, rules: Rules): Choice<T> {
  let best: Choice<T> | undefined;
  const own = buckets.positionOf(first.length);
  for (let top = own; top < buckets.all.length; top += 1) {
    if (top !== own && buckets.all[top]?.length === 0) continue;
    const choice = fillDown(first, buckets.all.slice(0, top + 1), rules);
    if (choice !== undefined && (best === undefined || choice.rows > best.rows)) best = choice;
  }
  return best ?? choiceOf([first], rules.limits, undefined);
}

/** Adds from the longest bucket downwards, because the longest rows waste least; gives the largest beginning that is allowed. */
function fillDown<T>(first: Entry<T>, buckets: readonly (readonly Entry<T>[])[], { limits, padding }: Rules): Choice<T> | undefined {
  const longest = (buckets.at(-1) ?? []).reduce((length, entry) => Math.max(length, entry.length), first.length);
  const length = paddedLength(longest, limits);
  const entries: Entry<T>[] = [];
  let [rows, realTokens] = [0, 0];
  let allowed = 0;
  let limitedBy: Choice<T>["limitedBy"];
  for (const entry of candidates(first, buckets)) {
    limitedBy = limitOf(rows + entry.rows, length, limits);
    if (limitedBy !== undefined) break;
    entries.push(entry);
    rows += entry.rows;
    realTokens += entry.rows * entry.length;
    if (padding.allows(realTokens, rows * length)) allowed = entries.length;
  }
  return allowed === 0 ? undefined : choiceOf(entries.slice(0, allowed), limits, limitedBy);
}

/** Padded to the longest that was taken, which may be shorter than the longest of its bucket. */
function choiceOf<T>(entries: readonly Entry<T>[], limits: BatchLimits, limitedBy: Choice<T>["limitedBy"]): Choice<T> {
  const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
  const realTokens = entries.reduce((sum, entry) => sum + entry.rows * entry.length, 0);
  const longest = entries.reduce((length, entry) => Math.max(length, entry.length), 0);
  return { entries, rows, length: paddedLength(longest, limits), realTokens, limitedBy };
}

function* candidates<T>(first: Entry<T>, buckets: readonly (readonly Entry<T>[])[]): Generator<Entry<T>> {
  yield first;
  for (let index = buckets.length - 1; index >= 0; index -= 1) {
    for (const entry of buckets[index] ?? []) if (entry !== first) yield entry;
  }
}

function limitOf(rows: number, length: number, limits: BatchLimits): "rows" | "tokens" | undefined {
  if (rows > limits.maxRows) return "rows";
  return rows * length > limits.maxTokens ? "tokens" : undefined;
}

/** Length that a row of this length is padded to when it runs alone. */
export function paddedLength(length: number, { lengthMultiple }: BatchLimits): number {
  return Math.ceil(length / lengthMultiple) * lengthMultiple;
}
