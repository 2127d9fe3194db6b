import { createHash } from "node:crypto";
import { PayerHubError } from "../error.ts";
import { abortable } from "../signals.ts";
import type { ObjectBody } from "./objects.ts";

/** A body on its way into a store: hashed as it passes, exactly as long as it said. */
export interface MeteredBody {
  readonly sizeBytes: number;
  /** Throws INVALID_ARGUMENT when the source gives more or fewer bytes than stated, and the signal's code when it aborts. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** SHA-256 in hex of what has passed; to be called once, at the end. */
  digest(): string;
}

export function meteredBody(body: ObjectBody, signal: AbortSignal): MeteredBody {
  const sizeBytes = "bytes" in body ? body.bytes.length : body.sizeBytes;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `put an object of "${sizeBytes}" bytes: the size is no count, it must be a whole number from 0`,
    );
  }
  const hash = createHash("sha256");
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let passed = 0;
    for await (const chunk of abortableChunks(sourceOf(body), signal)) {
      passed += chunk.length;
      if (passed > sizeBytes) throw wrongSize(sizeBytes, "more");
      hash.update(chunk);
      yield chunk;
    }
    if (passed < sizeBytes) throw wrongSize(sizeBytes, "fewer");
  }
  return { sizeBytes, chunks, digest: () => hash.digest("hex") };
}

async function* sourceOf(body: ObjectBody): AsyncGenerator<Uint8Array> {
  if ("bytes" in body) yield body.bytes;
  else yield* body.stream;
}

/** A source that stalls must not hold the caller past its signal. */
async function* abortableChunks(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await abortable(iterator.next(), signal, "read the body of an object");
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that waits for its own source would keep us here.
    iterator.return?.(undefined).catch(() => undefined);
  }
}

function wrongSize(stated: number, actual: "more" | "fewer"): PayerHubError {
  return new PayerHubError(
    "INVALID_ARGUMENT",
    `put an object of "${stated}" bytes: its stream has ${actual}, it must have exactly as many`,
  );
}
