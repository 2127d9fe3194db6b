import { PayerHubError } from "../error.ts";

/** S3 allows 1,024 bytes; half leaves room for an adapter's own prefix. */
const MAX_KEY_CHARS = 512;
/** File systems allow 255 bytes a name; the folder adapter adds a suffix. */
const MAX_SEGMENT_CHARS = 200;
/** No leading dot: neither "." nor ".." nor an adapter's own folders can be meant. */
const SEGMENT = /^[A-Za-z0-9_@=+-][A-Za-z0-9._@=+-]*$/;

/**
 * Checks `<tenant>/<rest…>`: two or more segments of `A-Z a-z 0-9 . _ @ = + -` without a leading dot, 200 characters a
 * segment, 512 in all. Throws INVALID_ARGUMENT. The key is not repeated in the error: a wrong one may hold anything.
 */
export function checkKey(key: string): void {
  const segments = key.split("/");
  const good = key.length <= MAX_KEY_CHARS && segments.length >= 2 && segments.every(isSegment);
  if (!good)
    throw invalid(
      `use an object key of ${key.length} characters: it is malformed, it must be <tenant>/<name> of letters, digits and ._@=+-`,
    );
}

/** Checks the beginning of a key; the empty one lists everything. Throws INVALID_ARGUMENT. */
export function checkPrefix(prefix: string): void {
  const segments = prefix.split("/");
  const last = segments.pop() ?? "";
  const good = prefix.length <= MAX_KEY_CHARS && segments.every(isSegment) && (last === "" || isSegment(last));
  if (!good) throw invalid(`list a key prefix of ${prefix.length} characters: it is malformed, it must begin an object key`);
}

/** Whether the text is a key that `checkKey` accepts. */
export function isKey(text: string): boolean {
  try {
    checkKey(text);
    return true;
  } catch {
    return false;
  }
}

function isSegment(segment: string): boolean {
  return segment.length <= MAX_SEGMENT_CHARS && SEGMENT.test(segment);
}

function invalid(message: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", message);
}
