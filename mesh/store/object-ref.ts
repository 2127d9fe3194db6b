import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";

/** An object reference as records keep it: JSON has no 64-bit integers. */
export interface RecordRef {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: string;
}

/** For a record. */
export function recordRef(ref: ObjectRef): { key: string; sha256: string; sizeBytes: number; contentType: string } {
  return { key: ref.key, sha256: ref.sha256, sizeBytes: Number(ref.sizeBytes), contentType: ref.contentType };
}

/** For an event. */
export function eventRef(ref: RecordRef): ObjectRef {
  return { key: ref.key, sha256: ref.sha256, sizeBytes: BigInt(ref.sizeBytes), contentType: ref.contentType };
}
