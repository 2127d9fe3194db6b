import { PayerHubError } from "../error.ts";
import type { FindOptions, IndexPart } from "./store.ts";

/** Bytes of one string part: index keys stay small against a database page. */
const MAX_PART_BYTES = 512;
/** After the parts and before the id; sorts below every part, so that a shorter tuple comes first. */
const BEFORE_ID = " ";
/** Sorts above whatever follows a prefix. */
const AFTER_ALL = "~";
/** Ends a string part; sorts below hexadecimal digits, so that "a" comes before "ab". */
const END_OF_STRING = "!";
/** Begins a number; numbers sort below strings. */
const NUMBER = "n";
const STRING = "s";

/**
 * An index tuple with the record's id as one ASCII text that sorts, byte by byte, like the tuple: numbers by value, before
 * strings by code point; then by id. Both stores keep and compare this text, so their order is one.
 */
export function indexKey(parts: readonly IndexPart[], id: string): string {
  return parts.map(encodePart).join("") + BEFORE_ID + id;
}

/** The keys of a find: from `low` on (or beyond it when `lowIsTaken`), below `high`. Throws INVALID_ARGUMENT for a foreign cursor. */
export function indexRange(options: Pick<FindOptions, "prefix" | "from" | "before" | "after">): {
  readonly low: string;
  readonly lowIsTaken: boolean;
  readonly high: string;
} {
  const prefix = options.prefix.map(encodePart).join("");
  const high = prefix + (options.before === undefined ? AFTER_ALL : encodePart(options.before));
  if (options.after !== undefined) return { low: openCursor(options.after, prefix), lowIsTaken: true, high };
  // With an upper bound a tuple that has no such part is not below it: numbers are where parts begin.
  const lowest = options.before === undefined ? "" : NUMBER;
  return { low: prefix + (options.from === undefined ? lowest : encodePart(options.from)), lowIsTaken: false, high };
}

/** An opaque cursor for the end of a page. */
export function cursorOf(key: string): string {
  return Buffer.from(key, "utf8").toString("base64url");
}

function openCursor(cursor: string, prefix: string): string {
  const key = Buffer.from(cursor, "base64url").toString("utf8");
  if (!key.startsWith(prefix) || key.length === prefix.length) {
    throw new PayerHubError("INVALID_ARGUMENT", "find after a cursor: it is from another query, it must be this query's next");
  }
  return key;
}

function encodePart(part: IndexPart): string {
  return typeof part === "number" ? encodeNumber(part) : encodeString(part);
}

/** IEEE 754 bits in order of value: positive numbers get the sign bit set, negative ones all bits flipped. */
function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw invalid(`it is "${value}", it must be finite`);
  const bits = Buffer.alloc(8);
  // Adding zero turns -0 into 0: they are equal and must have one key.
  bits.writeDoubleBE(value + 0);
  const raw = bits.readBigUInt64BE();
  const ordered = value < 0 ? BigInt.asUintN(64, ~raw) : raw | (1n << 63n);
  return NUMBER + ordered.toString(16).padStart(16, "0");
}

function encodeString(value: string): string {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > MAX_PART_BYTES) throw invalid(`it has ${bytes.length} bytes, it must have at most ${MAX_PART_BYTES}`);
  if (!value.isWellFormed()) throw invalid("it is no Unicode text, it must be");
  return STRING + bytes.toString("hex") + END_OF_STRING;
}

function invalid(state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `use an index part: ${state}`);
}
