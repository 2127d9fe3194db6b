import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";

/** `stream` needs its size up front: an S3 client would otherwise buffer whole parts of unknown size. */
export type ObjectBody = { readonly bytes: Uint8Array } | { readonly stream: AsyncIterable<Uint8Array>; readonly sizeBytes: number };

export interface PutOptions {
  readonly contentType: string;
  readonly signal: AbortSignal;
}

/**
 * Objects by key. Bytes are durable (fsynced, or acknowledged by S3) when `put` resolves. A put of the same key replaces;
 * keys start with the tenant: `<tenant>/<document id>/<name>`. Checksums are verified on every read.
 */
export interface ObjectStore {
  put(key: string, body: ObjectBody, options: PutOptions): Promise<ObjectRef>;
  /** True and stored when the key was free; false and untouched when it was taken. */
  putIfAbsent(key: string, body: ObjectBody, options: PutOptions): Promise<boolean>;
  /** Yields chunks; throws DATA_LOSS at the end when the digest differs, NOT_FOUND when there is no such object. */
  read(ref: ObjectRef, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Whole object; throws RESOURCE_EXHAUSTED when larger than `maxBytes`, before reading. */
  readAll(ref: ObjectRef, options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<Uint8Array>;
  /** The stored reference, or undefined. */
  head(key: string, signal: AbortSignal): Promise<ObjectRef | undefined>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** Keys with the prefix in byte order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}
