import { createHash } from "node:crypto";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";

/** Passes chunks on and throws DATA_LOSS at the end when size or SHA-256 are not the reference's. */
export async function* verifiedChunks(source: AsyncIterable<Uint8Array>, ref: ObjectRef): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let sizeBytes = 0n;
  for await (const chunk of source) {
    hash.update(chunk);
    sizeBytes += BigInt(chunk.length);
    if (sizeBytes > ref.sizeBytes) break;
    yield chunk;
  }
  if (sizeBytes !== ref.sizeBytes || hash.digest("hex") !== ref.sha256) throw damagedObject(ref.key);
}

export function damagedObject(key: string): PayerHubError {
  return new PayerHubError(
    "DATA_LOSS",
    `read object "${key}": its bytes are not what was stored, they must have the stated size and SHA-256`,
  );
}

export function missingObject(key: string): PayerHubError {
  return new PayerHubError("NOT_FOUND", `read object "${key}": there is none, it must have been stored`);
}

/** Gathers a verified object; refuses before reading when it states more than `maxBytes`. Throws RESOURCE_EXHAUSTED. */
export async function gather(chunks: AsyncIterable<Uint8Array>, ref: ObjectRef, maxBytes: number): Promise<Uint8Array> {
  if (ref.sizeBytes > BigInt(maxBytes)) {
    throw new PayerHubError(
      "RESOURCE_EXHAUSTED",
      `read object "${ref.key}": it has ${ref.sizeBytes} bytes, it must have at most ${maxBytes}`,
    );
  }
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
