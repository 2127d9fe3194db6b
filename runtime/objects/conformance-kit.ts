import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import type { ObjectStore } from "./objects.ts";

/** One adapter under test, with a hand on its raw storage. */
export interface ObjectsUnderTest extends AsyncDisposable {
  readonly store: ObjectStore;
  /** A second store over the same storage, as another process would open it. */
  reopen(): Promise<ObjectStore>;
  /** Changes one stored byte of the object behind the store's back. */
  damage(ref: ObjectRef): Promise<void>;
}

export interface ObjectsFeatures {
  /** Whether the server decides concurrent `putIfAbsent` calls atomically. */
  readonly atomicPutIfAbsent: boolean;
}

export const MEBIBYTE = 1_048_576;
/** Above the 8 MiB of a part, and no multiple of it. */
export const LARGE_BYTES = 20 * MEBIBYTE + 7;
export const never = () => new AbortController().signal;
export const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;
export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const text = (value: string) => ({ bytes: Buffer.from(value) });
export const plain = (signal = never()) => ({ contentType: "text/plain", signal });

/** What the suite's parts work with. */
export type ObjectsSuite = () => { readonly store: ObjectStore; readonly underTest: ObjectsUnderTest };

/** A small object as text. */
export async function read(store: ObjectStore, ref: ObjectRef): Promise<string> {
  return Buffer.from(await store.readAll(ref, { maxBytes: MEBIBYTE, signal: never() })).toString();
}

/** The reference of an object that must be there. */
export async function mustHead(store: ObjectStore, key: string): Promise<ObjectRef> {
  const ref = await store.head(key, never());
  assert.ok(ref !== undefined, `no object ${key}`);
  return ref;
}

/** Random chunks of one byte more than 64 KiB, so that none ends at a border of frames or parts. */
export async function* randomStream(sizeBytes: number, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for (let left = sizeBytes; left > 0; ) {
    const chunk = randomBytes(Math.min(65_537, left));
    hash.update(chunk);
    left -= chunk.length;
    yield chunk;
  }
}
