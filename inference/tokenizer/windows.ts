import { PayerHubError } from "../../runtime/error.ts";
import type { Framing } from "./framing.ts";
import type { Tokens } from "./tokens.ts";

export interface WindowOptions {
  /** Tokens of one window, special tokens included. */
  readonly maxLength: number;
  /** Tokens of the text that a window shares with the one before. */
  readonly stride: number;
}

/**
 * A text in windows of at most `maxLength` tokens, each between its special tokens, so that every token of the text is in at
 * least one. A short or empty text has one window; the first window alone is the truncated text.
 */
export function windowsOf(tokens: Tokens, framing: Framing, { maxLength, stride }: WindowOptions): readonly Tokens[] {
  const room = maxLength - framing.before.length - framing.after.length;
  if (!Number.isInteger(room) || !Number.isInteger(stride) || stride < 0 || room <= stride) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `cutting windows of "${maxLength}" tokens with stride "${stride}": there is room for ${room} tokens of the text, it must be more than the stride`,
    );
  }
  const windows: Tokens[] = [];
  for (let start = 0; start === 0 || start + stride < tokens.ids.length; start += room - stride) {
    windows.push(framed(tokens, framing, { start, end: Math.min(start + room, tokens.ids.length) }));
  }
  return windows;
}

function framed(tokens: Tokens, { before, after }: Framing, range: { readonly start: number; readonly end: number }): Tokens {
  const { start, end } = range;
  const length = before.length + end - start + after.length;
  const ids = new Int32Array(length);
  ids.set(before);
  ids.set(tokens.ids.subarray(start, end), before.length);
  ids.set(after, length - after.length);
  const inside = (values: Int32Array, outside: number) => {
    const framedValues = new Int32Array(length).fill(outside);
    framedValues.set(values.subarray(start, end), before.length);
    return framedValues;
  };
  return { ids, starts: inside(tokens.starts, 0), ends: inside(tokens.ends, 0), words: inside(tokens.words, -1) };
}
