import type { SubmitDocumentHeader, SubmitDocumentRequest } from "../proto/intake/v1/intake.pb.ts";
import { PayerHubError } from "../runtime/error.ts";

/** Largest chunk in bytes, as the protocol states. */
export const MAX_CHUNK_BYTES = 1024 * 1024;

const ATTEMPTED = "receiving a document stream";

/** A client stream taken apart: the header is here, the rest comes while `chunks` is read. */
export interface SubmitStream {
  readonly header: SubmitDocumentHeader;
  /** The document's bytes. Ends after the trailer; throws INVALID_ARGUMENT on anything out of order. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Digest stated by the trailer; undefined until the chunks have ended. */
  readonly statedSha256: string | undefined;
  /** Bytes read so far. */
  readonly receivedBytes: number;
}

/** Reads the header and checks the order header, chunks, trailer, end. */
export async function openSubmitStream(messages: AsyncIterable<SubmitDocumentRequest>): Promise<SubmitStream> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const part = first.done === true ? undefined : first.value.part;
  if (part?.$case !== "header") throw outOfOrder("the first message is not a header");
  let statedSha256: string | undefined;
  let receivedBytes = 0;
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
      if (statedSha256 !== undefined) throw outOfOrder("a message follows the trailer");
      const next = step.value.part;
      if (next?.$case === "trailer") {
        statedSha256 = next.trailer.sha256;
        continue;
      }
      if (next?.$case !== "chunk") throw outOfOrder("a message within the document is neither chunk nor trailer");
      if (next.chunk.length > MAX_CHUNK_BYTES) throw tooLarge(next.chunk.length);
      receivedBytes += next.chunk.length;
      yield next.chunk;
    }
    if (statedSha256 === undefined) throw outOfOrder("the stream ended without a trailer");
  }
  return {
    header: part.header,
    chunks: chunks(),
    get statedSha256() {
      return statedSha256;
    },
    get receivedBytes() {
      return receivedBytes;
    },
  };
}

function outOfOrder(state: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: ${state}, it must be one header, chunks, one trailer`);
}

function tooLarge(bytes: number): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `${ATTEMPTED}: a chunk has "${bytes}" bytes, it must have at most ${MAX_CHUNK_BYTES}`);
}
