import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import type { Seal } from "../seal.ts";
import type { ObjectStore } from "./objects.ts";

/** What a protobuf message type offers for (de)serialisation. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
}

/** Largest artefact that is held in memory: words of a 300-page fax are about 30 MiB. */
const MAX_ARTEFACT_BYTES = 64 * 1024 * 1024;

/** Where an object goes. */
interface SealedPlace {
  readonly tenant: string;
  readonly key: string;
}

/** Object store seen through the seal: callers give and get plain bytes, the store holds sealed ones. */
export interface SealedObjects {
  putBytes(place: SealedPlace & { readonly contentType: string }, plain: Uint8Array, signal: AbortSignal): Promise<ObjectRef>;
  readBytes(tenant: string, ref: ObjectRef, signal: AbortSignal): Promise<Uint8Array>;
  putMessage<T>(place: SealedPlace, codec: Codec<T>, message: T, signal: AbortSignal): Promise<ObjectRef>;
  readMessage<T>(tenant: string, ref: ObjectRef, codec: Codec<T>, signal: AbortSignal): Promise<T>;
}

export function createSealedObjects(objects: ObjectStore, seal: Seal): SealedObjects {
  const putBytes: SealedObjects["putBytes"] = async ({ tenant, key, contentType }, plain, signal) =>
    await objects.put(key, { bytes: seal.seal(plain, { tenant, place: "objects", id: key }) }, { contentType, signal });
  const readBytes: SealedObjects["readBytes"] = async (tenant, ref, signal) => {
    const sealed = await objects.readAll(ref, { maxBytes: MAX_ARTEFACT_BYTES, signal });
    return seal.open(sealed, { tenant, place: "objects", id: ref.key });
  };
  return {
    putBytes,
    readBytes,
    putMessage: async (place, codec, message, signal) =>
      await putBytes({ ...place, contentType: "application/x-protobuf" }, codec.encode(message).finish(), signal),
    readMessage: async (tenant, ref, codec, signal) => codec.decode(await readBytes(tenant, ref, signal)),
  };
}
