import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { PayerHubError } from "../../runtime/error.ts";

const MIB = 1024 * 1024;
/** Decoded bytes of one stream; a 600-dpi gray page has 34 MiB. */
const MAX_STREAM_BYTES = 64 * MIB;
/** Decoded bytes of all streams of a document. */
const MAX_DOCUMENT_BYTES = 512 * MIB;
/** A stream may repeat one filter once: nothing real does, bombs do. */
const MAX_REPEATED_FILTERS = 1;
/** Streams of one document; a 500-page form has about 10,000. */
const MAX_STREAMS = 100_000;
/** A stream's dictionary stands in this many bytes before it. */
const MAX_DICTIONARY_BYTES = 4096;

const inflateAsync = promisify(inflate);

/**
 * Looks for decompression bombs before any PDF library sees the bytes: counts what each Flate stream unpacks to, with the
 * unpacking itself stopped at the limit. Throws RESOURCE_EXHAUSTED. A stream that does not unpack is left to the parser.
 */
export async function guardPdf(bytes: Uint8Array): Promise<void> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let total = 0;
  let streams = 0;
  for (let at = buffer.indexOf("stream"); at !== -1; at = buffer.indexOf("stream", at + 6)) {
    if (isEndOfStream(buffer, at)) continue;
    streams += 1;
    if (streams > MAX_STREAMS) throw bomb(`it has more than ${MAX_STREAMS} streams`);
    const filters = filtersOf(buffer, at);
    if (filters.filter(isFlate).length > MAX_REPEATED_FILTERS || repeats(filters)) throw bomb("a stream repeats a filter");
    if (!filters.some(isFlate) || !isFlate(filters[0] ?? "")) continue;
    total += await decodedSize(buffer.subarray(bodyStart(buffer, at)));
    if (total > MAX_DOCUMENT_BYTES) throw bomb(`its streams unpack to more than ${MAX_DOCUMENT_BYTES} bytes`);
  }
}

function bomb(state: string): PayerHubError {
  return new PayerHubError("RESOURCE_EXHAUSTED", `read PDF: ${state}, a document without decompression bombs is required`);
}

function isEndOfStream(buffer: Buffer, at: number): boolean {
  return at >= 3 && buffer.toString("latin1", at - 3, at) === "end";
}

/** Names in the /Filter entry of the dictionary before the stream keyword (ISO 32000-1, 7.3.8.2), abbreviations included. */
function filtersOf(buffer: Buffer, at: number): string[] {
  const before = buffer.toString("latin1", Math.max(0, at - MAX_DICTIONARY_BYTES), at);
  const dictionary = before.slice(before.lastIndexOf(" obj") + 1);
  // Names may hide letters as #xx (7.3.5).
  const plain = dictionary.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const entry = /\/Filter\s*(?:\[([^\]]*)\]|\/(\w+))/.exec(plain);
  if (entry === null) return [];
  return entry[2] !== undefined ? [entry[2]] : [...(entry[1] ?? "").matchAll(/\/(\w+)/g)].map((match) => match[1] ?? "");
}

function isFlate(filter: string): boolean {
  return filter === "FlateDecode" || filter === "Fl";
}

function repeats(filters: readonly string[]): boolean {
  return filters.length - new Set(filters).size > 0;
}

function bodyStart(buffer: Buffer, at: number): number {
  const after = at + "stream".length;
  if (buffer[after] === 0x0d && buffer[after + 1] === 0x0a) return after + 2;
  return buffer[after] === 0x0a || buffer[after] === 0x0d ? after + 1 : after;
}

async function decodedSize(body: Buffer): Promise<number> {
  try {
    const decoded = await inflateAsync(body, { maxOutputLength: MAX_STREAM_BYTES });
    return decoded.length;
  } catch (caught) {
    if (caught instanceof Error && "code" in caught && caught.code === "ERR_BUFFER_TOO_LARGE") {
      throw bomb(`a stream unpacks to more than ${MAX_STREAM_BYTES} bytes`);
    }
    return 0;
  }
}
