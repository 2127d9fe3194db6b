import { PayerHubError } from "../../runtime/error.ts";
import type { Code } from "../../runtime/error.ts";

/** Groups inside groups that are skipped; deeper ones are an attack, not a message. */
const MAX_GROUP_DEPTH = 32;
/** Heap that any message may take, in bytes; see `WireReader.charge`. */
const BASE_HEAP_BYTES = 16 * 1024 * 1024;
/** Heap that each byte of a message may take beyond that: a list of booleans needs eight. */
const HEAP_BYTES_PER_WIRE_BYTE = 8;
/** Strings up to this length are read in script when they are ASCII: a call into the runtime costs more. */
const SHORT_STRING_BYTES = 16;

/** What a decoded value takes in the heap, in bytes, roughly: what `WireReader.charge` is told. */
export const HEAP_BYTES = { object: 256, buffer: 128, bigint: 32, number: 8 } as const;

/**
 * Reads protobuf's wire format out of a buffer without copying. Every method throws a PayerHubError with the code given to the
 * constructor when the bytes are no message; none reads past the buffer, loops without progress, or allocates by a length
 * that the bytes only claim.
 */
export class WireReader {
  readonly buffer: Buffer;
  /** Next byte to be read. */
  position = 0;
  /** End of the message that is being read, in bytes. */
  end: number;
  /** Low and high half of the last `varint64` or `fixed64`, unsigned. */
  low = 0;
  high = 0;
  readonly #code: Code;
  #heapLeft: number;

  constructor(bytes: Uint8Array, code: Code) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = this.buffer.length;
    this.#code = code;
    this.#heapLeft = BASE_HEAP_BYTES + this.end * HEAP_BYTES_PER_WIRE_BYTE;
  }

  /** Field number and wire type in one number, as on the wire; never 0. */
  tag(): number {
    const tag = this.varint32();
    if (tag >>> 3 === 0) throw this.refusal("it has field number 0, numbers start at 1");
    return tag;
  }

  /** A varint's low 32 bits, unsigned; higher ones are dropped, as protobuf tells for 32-bit fields. */
  varint32(): number {
    const first = this.position < this.end ? (this.buffer[this.position] ?? 0) : 0x80;
    if (first < 0x80) {
      this.position += 1;
      return first;
    }
    this.varint64();
    return this.low;
  }

  /** Reads a varint into `low` and `high`. */
  varint64(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw this.refusal("it ends inside a number, it must be whole");
      const byte = this.buffer[this.position] ?? 0;
      const bits = byte & 0x7f;
      this.position += 1;
      // The fifth byte, at bit 28, lies in both halves; what the tenth holds beyond bit 63 is dropped.
      if (shift <= 28) low |= bits << shift;
      if (shift === 28) high = bits >>> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.refusal("it has a number of more than ten bytes, ten hold any");
  }

  /** Reads eight bytes into `low` and `high`. */
  fixed64(): void {
    const at = this.#take(8);
    this.low = this.buffer.readUInt32LE(at);
    this.high = this.buffer.readUInt32LE(at + 4);
  }

  /** The last 64-bit number as a signed bigint. */
  signed(): bigint {
    if (this.high === 0) return BigInt(this.low);
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  /** The last 64-bit number as an unsigned bigint. */
  unsigned(): bigint {
    if (this.high === 0) return BigInt(this.low);
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  bool(): boolean {
    this.varint64();
    return this.low !== 0 || this.high !== 0;
  }

  float(): number {
    return this.buffer.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.#take(8));
  }

  /** UTF-8; bytes that are none become U+FFFD. */
  string(): string {
    const length = this.varint32();
    const at = this.#take(length);
    const { buffer } = this;
    if (length > SHORT_STRING_BYTES) return buffer.toString("utf8", at, at + length);
    let text = "";
    for (let index = at; index < at + length; index += 1) {
      const byte = buffer[index] ?? 0;
      if (byte >= 0x80) return buffer.toString("utf8", at, at + length);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** A view on the buffer, which it keeps alive. */
  bytes(): Buffer {
    const length = this.varint32();
    const at = this.#take(length);
    this.charge(HEAP_BYTES.buffer);
    return this.buffer.subarray(at, at + length);
  }

  /** Enters a message inside this one; give the result to `leave` when `position` has reached `end`. */
  enter(): number {
    const length = this.varint32();
    const outer = this.end;
    this.end = this.#take(length) + length;
    this.position = this.end - length;
    return outer;
  }

  leave(outer: number): void {
    if (this.position !== this.end) throw this.refusal("a field reaches beyond the message that it is in");
    this.end = outer;
  }

  /** Skips a field that is not known. */
  skip(tag: number): void {
    const depth: number[] = [];
    for (let next = tag; ; next = this.tag()) {
      const type = next & 7;
      if (type === 3) depth.push(next >>> 3);
      else if (type === 4) this.#endGroup(depth, next >>> 3);
      else this.#skipValue(type);
      if (depth.length === 0) return;
      if (depth.length > MAX_GROUP_DEPTH) throw this.refusal(`it has more than ${MAX_GROUP_DEPTH} groups inside each other`);
    }
  }

  /** Counts heap that a decoded value takes beyond the buffer, so that few bytes cannot become much memory. */
  charge(heapBytes: number): void {
    this.#heapLeft -= heapBytes;
    if (this.#heapLeft < 0) throw this.refusal("it has more elements than a message of its size may have");
  }

  refusal(states: string): PayerHubError {
    return new PayerHubError(this.#code, `decoding a message of ${this.buffer.length} bytes: ${states}`);
  }

  #endGroup(open: number[], field: number): void {
    if (open.pop() !== field) throw this.refusal("a group ends that did not begin");
  }

  #skipValue(type: number): void {
    if (type === 0) this.varint64();
    else if (type === 1) this.#take(8);
    else if (type === 2) this.#take(this.varint32());
    else if (type === 5) this.#take(4);
    else throw this.refusal(`it has wire type ${type}, which there is not`);
  }

  #take(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw this.refusal(`it ends ${length - (this.end - at)} bytes before a field does`);
    this.position = at + length;
    return at;
  }
}
