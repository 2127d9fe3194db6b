/** Most bytes of a length: a varint of 32 bits. */
const MAX_LENGTH_BYTES = 5;
/** Strings up to this length are written in script when they are ASCII: a call into the runtime costs more. */
const SHORT_STRING_CHARS = 24;

/**
 * Writes protobuf's wire format from the last byte to the first. Backwards, the length of a message is known when its tag is
 * written, so one pass into one buffer is enough. The buffer's size is an upper bound that the caller counts with the
 * functions below; a bound that is too low throws a RangeError rather than write a broken message.
 */
export class WireWriter {
  readonly #buffer: Buffer;
  /** First byte that is written; everything from here to the buffer's end is done. */
  position: number;

  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.position = capacity;
  }

  get writtenBytes(): number {
    return this.#buffer.length - this.position;
  }

  /** A view on what is written between two positions. */
  slice(from: number, to: number): Buffer {
    return this.#buffer.subarray(from, to);
  }

  byte(value: number): void {
    this.#buffer[this.#reserve(1)] = value;
  }

  /** Unsigned, below 2^32. */
  varint32(value: number): void {
    if (value < 0x80) return this.byte(value);
    let at = this.#reserve(varint32Size(value));
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[at] = (rest & 0x7f) | 0x80;
      at += 1;
      rest >>>= 7;
    }
    this.#buffer[at] = rest;
  }

  /** Any integer; beyond 64 bits the higher ones are dropped. Negative ones are sign-extended to ten bytes. */
  varint64(value: number | bigint): void {
    if (value >= 0 && value <= 0xffff_ffff) return this.varint32(Number(value));
    let rest = BigInt.asUintN(64, BigInt(value));
    let at = this.#reserve(varint64Size(value));
    while (rest >= 0x80n) {
      this.#buffer[at] = Number(rest & 0x7fn) | 0x80;
      at += 1;
      rest >>= 7n;
    }
    this.#buffer[at] = Number(rest);
  }

  float(value: number): void {
    this.#buffer.writeFloatLE(value, this.#reserve(4));
  }

  double(value: number): void {
    this.#buffer.writeDoubleLE(value, this.#reserve(8));
  }

  fixed32BigEndian(value: number): void {
    this.#buffer.writeUInt32BE(value, this.#reserve(4));
  }

  /** The bytes alone, without length or tag. */
  raw(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#reserve(bytes.byteLength));
  }

  /** A length-delimited field of bytes. */
  bytes(tag: number, bytes: Uint8Array): void {
    this.raw(bytes);
    this.varint32(bytes.byteLength);
    this.varint32(tag);
  }

  /** A length-delimited field of UTF-8; lone surrogates become U+FFFD. */
  string(tag: number, text: string): void {
    const end = this.position;
    if (!this.#ascii(text)) {
      const length = Buffer.byteLength(text, "utf8");
      this.#buffer.write(text, this.#reserve(length), "utf8");
    }
    this.close(tag, end);
  }

  /** Writes length and tag before all that was written since `position` was `end`. */
  close(tag: number, end: number): void {
    this.varint32(end - this.position);
    this.varint32(tag);
  }

  /** Writes a short ASCII text; false, with nothing written, for any other. */
  #ascii(text: string): boolean {
    const { length } = text;
    if (length > SHORT_STRING_CHARS || length > this.position) return false;
    const at = this.position - length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#buffer[at + index] = code;
    }
    this.position = at;
    return true;
  }

  #reserve(length: number): number {
    if (length > this.position) throw new RangeError(`writing ${length} bytes: ${this.position} are left`);
    this.position -= length;
    return this.position;
  }
}

function varint32Size(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Bytes of an integer as a varint. */
export function varint64Size(value: number | bigint): number {
  if (value >= 0 && value <= 0xffff_ffff) return varint32Size(Number(value));
  let size = 1;
  for (let rest = BigInt.asUintN(64, BigInt(value)) >> 7n; rest > 0n; rest >>= 7n) size += 1;
  return size;
}

/** Most bytes of a length-delimited field with a content of at most `length` bytes and a field number below 16. */
export function fieldBound(length: number): number {
  return 1 + MAX_LENGTH_BYTES + length;
}

/** Most bytes of a string field. */
export function stringBound(text: string): number {
  return fieldBound(3 * text.length);
}
