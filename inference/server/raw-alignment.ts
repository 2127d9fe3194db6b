/** Elements of the largest type start at a multiple of this, in bytes. */
const ALIGNMENT_BYTES = 8;
/** Field 7 of ModelInferRequest, raw_input_contents. */
const RAW_TAG = 0x3a;
/** Fields before the raw contents that are looked at. */
const MAX_FIELDS = 64;

/**
 * How far from an aligned address a ModelInferRequest must begin so that its first raw contents are aligned, in bytes. Looks
 * at the message's beginning only and changes nothing: 0 for what it cannot tell.
 */
export function rawShift(beginning: Uint8Array): number {
  let at = 0;
  for (let field = 0; field < MAX_FIELDS && at < beginning.length; field += 1) {
    const tag = beginning[at] ?? 0;
    const length = varintAt(beginning, at + 1);
    // Every field of the message is length-delimited.
    if (length === undefined || (tag & 7) !== 2) return 0;
    if (tag === RAW_TAG) return (ALIGNMENT_BYTES - (length.end % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES;
    at = length.end + length.value;
  }
  return 0;
}

function varintAt(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: from + index + 1 };
  }
  return undefined;
}
