import { PayerHubError } from "../../runtime/error.ts";
import { decodeHuffman } from "./huffman.ts";
import { STATIC_TABLE } from "./hpack-static-table.ts";

/** Dynamic table that a client may use, in bytes as RFC 7541 counts them: the protocol's default. */
const MAX_TABLE_BYTES = 4_096;
/** What an entry counts beside its text. */
const ENTRY_OVERHEAD_BYTES = 32;
/** Fields of one block; a gRPC call has ten. */
const MAX_FIELDS = 256;

/** Header fields by lower-case name; of a name that came more than once, the values joined by commas. */
export type Headers = Readonly<Record<string, string>>;

type Entry = readonly [name: string, value: string];

/** Reads the header blocks of one connection, in order: each depends on those before it (RFC 7541). */
export class HpackDecoder {
  readonly #maxBytes: number;
  readonly #table: Entry[] = [];
  #tableBytes = 0;
  #tableLimit = MAX_TABLE_BYTES;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `maxBytes` bounds the text of one block, decoded. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** INVALID_ARGUMENT when the bytes are no header block: the connection cannot go on. RESOURCE_EXHAUSTED when it is too large. */
  decode(block: Buffer): Headers {
    this.#block = block;
    this.#at = 0;
    const headers: Record<string, string> = Object.create(null);
    let [bytes, fields] = [0, 0];
    while (this.#at < block.length) {
      const entry = this.#next();
      if (entry === undefined) continue;
      const [name, value] = entry;
      bytes += name.length + value.length + ENTRY_OVERHEAD_BYTES;
      fields += 1;
      if (bytes > this.#maxBytes || fields > MAX_FIELDS)
        throw new PayerHubError("RESOURCE_EXHAUSTED", `reading headers: they are larger than ${this.#maxBytes} bytes`);
      const old = headers[name];
      headers[name] = old === undefined ? value : `${old},${value}`;
    }
    return headers;
  }

  /** The next field; undefined for an instruction that changes the table's size. */
  #next(): Entry | undefined {
    const first = this.#block[this.#at] ?? 0;
    if ((first & 0x80) !== 0) return this.#entry(this.#integer(7));
    if ((first & 0x40) !== 0) return this.#add(this.#literal(6));
    if ((first & 0x20) === 0) return this.#literal(4);
    const limit = this.#integer(5);
    if (limit > MAX_TABLE_BYTES) throw broken("they ask for a larger table than is offered");
    this.#tableLimit = limit;
    this.#evict();
    return undefined;
  }

  #literal(prefixBits: number): Entry {
    const index = this.#integer(prefixBits);
    const name = index === 0 ? this.#text() : this.#entry(index)[0];
    return [name, this.#text()];
  }

  #entry(index: number): Entry {
    const entry = index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : this.#table[index - STATIC_TABLE.length - 1];
    if (entry === undefined) throw broken("they name a field that is not in the table");
    return entry;
  }

  #add(entry: Entry): Entry {
    this.#table.unshift(entry);
    this.#tableBytes += sizeOf(entry);
    this.#evict();
    return entry;
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableLimit) {
      const last = this.#table.pop();
      if (last === undefined) break;
      this.#tableBytes -= sizeOf(last);
    }
  }

  #integer(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let value = (this.#byte() & mask) >>> 0;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw broken("they have a number that is too large");
  }

  #text(): string {
    const coded = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw broken("they end inside a text");
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    const text = coded ? decodeHuffman(bytes) : bytes.toString("latin1");
    if (text === undefined) throw broken("they have a text whose code is wrong");
    return text;
  }

  #byte(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw broken("they end inside a field");
    this.#at += 1;
    return byte;
  }
}

function sizeOf([name, value]: Entry): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

function broken(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading headers: ${states}`);
}
