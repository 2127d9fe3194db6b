/**
 * Where an upload waits until its end is known. The document id, and with it the object key that the seal authenticates,
 * follows from the digest of all bytes, which is known only after the last one. So bytes are sealed on arrival under a
 * provisional key and written to a temporary file, and sealed again for their final key while they stream into the object
 * store. Plain bytes never touch the disk and memory stays at a few frames. The price is one more AES pass, which is
 * cheaper than SHA-256. The file is not fsynced: nothing is acknowledged before the object itself is durable, and after a
 * crash the leftovers are removed.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PayerHubError } from "../runtime/error.ts";
import type { Seal, SealContext } from "../runtime/seal.ts";
import { abortError } from "../runtime/signals.ts";
import type { World } from "../runtime/world.ts";
import { SNIFF_BYTES, sniff } from "./sniff.ts";
import { tooLargeError } from "./too-large.ts";

/** Reads of the staged file, in bytes. */
const READ_BYTES = 256 * 1024;

const OWNER_ONLY = 0o600;

const RECEIVING = "receiving an upload";

/** An upload whose bytes are all here, sealed in a temporary file that goes when this is disposed. */
export interface StagedUpload extends AsyncDisposable {
  /** Of the plain bytes, lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Size of what `sealedFor` gives. */
  readonly sealedBytes: number;
  /** Media type by signature, or empty. */
  readonly sniffedType: string;
  /** The bytes sealed for an object key of the form `<tenant>/<document id>/original`. */
  sealedFor(objectKey: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A folder of temporary files; they are never moved, so any disk will do. */
export interface Staging {
  /**
   * Takes all bytes. Throws INVALID_ARGUMENT when there are none and RESOURCE_EXHAUSTED beyond `maxBytes`; whatever the
   * source or the signal throws passes through; nothing stays behind on any error.
   */
  stage(tenant: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StagedUpload>;
}

/** Empties and opens the staging folder, which must belong to this process alone. */
export async function openStaging(options: {
  readonly folder: string;
  readonly maxBytes: number;
  readonly seal: Seal;
  readonly world: World;
}): Promise<Staging> {
  const { folder, maxBytes, seal, world } = options;
  await mkdir(folder, { recursive: true });
  for (const leftover of await readdir(folder)) await rm(join(folder, leftover), { force: true });
  return {
    stage: async (tenant, chunks, signal) => {
      const name = world.uuid();
      const path = join(folder, name);
      const context: SealContext = { tenant, place: "objects", id: provisionalKey(tenant, name) };
      const meter = createMeter(maxBytes);
      try {
        await writeAll(path, seal.sealStream(metered(chunks, meter, signal), context));
        const { sha256, sizeBytes, sniffedType } = meter.finish();
        const plain = () => seal.openStream(createReadStream(path, { highWaterMark: READ_BYTES }), context);
        return {
          sha256,
          sizeBytes,
          sealedBytes: seal.sealedSizeBytes(sizeBytes),
          sniffedType,
          sealedFor: (objectKey, reading) => seal.sealStream(guarded(plain(), reading), { ...context, id: objectKey }),
          [Symbol.asyncDispose]: async () => await rm(path, { force: true }),
        };
      } catch (caught) {
        await rm(path, { force: true });
        throw caught;
      }
    },
  };
}

/** Never equal to an object key of a document. */
function provisionalKey(tenant: string, name: string): string {
  return `${tenant}/staging/${name}`;
}

async function writeAll(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, "wx", OWNER_ONLY);
  try {
    let written = 0;
    for await (const chunk of chunks) {
      await writeWhole(handle, chunk, written);
      written += chunk.length;
    }
  } finally {
    await handle.close();
  }
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset, position + offset);
    offset += bytesWritten;
  }
}

interface Meter {
  take(chunk: Uint8Array): void;
  finish(): { readonly sha256: string; readonly sizeBytes: number; readonly sniffedType: string };
}

function createMeter(maxBytes: number): Meter {
  const digest = createHash("sha256");
  let head = Buffer.alloc(0);
  let sizeBytes = 0;
  return {
    take: (chunk) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLargeError(maxBytes);
      digest.update(chunk);
      if (head.length < SNIFF_BYTES) head = Buffer.concat([head, chunk.subarray(0, SNIFF_BYTES)]);
    },
    finish: () => {
      if (sizeBytes === 0) throw new PayerHubError("INVALID_ARGUMENT", `${RECEIVING}: it is empty, it must have at least one byte`);
      return { sha256: digest.digest("hex"), sizeBytes, sniffedType: sniff(head) };
    },
  };
}

async function* metered(chunks: AsyncIterable<Uint8Array>, meter: Meter, signal: AbortSignal): AsyncIterable<Uint8Array> {
  for await (const chunk of guarded(chunks, signal)) {
    meter.take(chunk);
    yield chunk;
  }
}

async function* guarded(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    if (signal.aborted) throw abortError(signal, RECEIVING);
    yield chunk;
  }
}
