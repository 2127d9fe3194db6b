import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";
import type { World } from "../world.ts";
import { checkKey, checkPrefix, isKey } from "./key.ts";
import type { ObjectStore } from "./objects.ts";
import { createS3Calls } from "./s3-calls.ts";
import type { S3Calls, S3Endpoint } from "./s3-calls.ts";
import { s3Error } from "./s3-error.ts";
import { createS3Upload } from "./s3-upload.ts";
import { damagedObject, gather, missingObject, verifiedChunks } from "./verify.ts";

/** No delimiter: keys, not folders; 1,000 is the most that S3 gives in one answer. */
const WHOLE_TREE = { Delimiter: "", MaxKeys: 1_000, IncludeVersion: false } as const;

export interface S3ObjectsOptions extends S3Endpoint {
  /** Must exist. */
  readonly bucket: string;
  readonly world: Pick<World, "uuid">;
}

/**
 * Objects in an S3 bucket, with the SHA-256 in the user metadata. Up to 8 MiB are one PUT. A larger stream is uploaded in
 * parts of 8 MiB under `.staging/`, because S3 wants metadata before content, then copied inside the server and removed; what a
 * killed process leaves there is for a bucket lifecycle rule. At most 5 GiB an object.
 *
 * `putIfAbsent` sends `If-None-Match: *` with the request that makes the object appear. It is as atomic as the server makes
 * that (AWS, Ceph and MinIO: fully; versitygw looks first and writes then).
 */
export function createS3Objects(options: S3ObjectsOptions): ObjectStore {
  const { bucket, world } = options;
  const calls = createS3Calls(options);
  const upload = createS3Upload({ calls, bucket, world });
  const head: ObjectStore["head"] = async (key, signal) => await headObject(calls, bucket, key, signal);
  return {
    put: async (key, body, { contentType, signal }) => await upload(key, body, { contentType, signal, ifAbsent: false }),
    putIfAbsent: async (key, body, { contentType, signal }) => {
      // The look-up spares the transfer in the usual case; the condition decides.
      if ((await head(key, signal)) !== undefined) return false;
      return (await upload(key, body, { contentType, signal, ifAbsent: true }).catch(absentIf("ALREADY_EXISTS"))) !== undefined;
    },
    read: (ref, signal) => readObject(calls, bucket, ref, signal),
    readAll: async (ref, { maxBytes, signal }) => await gather(readObject(calls, bucket, ref, signal), ref, maxBytes),
    head,
    remove: async (key, signal) => {
      checkKey(key);
      await calls.run("remove an object", signal, async () => await calls.client.removeObject(bucket, key)).catch(absentIf("NOT_FOUND"));
    },
    list: (prefix, signal) => listKeys(calls, bucket, prefix, signal),
    close: async () => calls.close(),
  };
}

async function headObject(calls: S3Calls, bucket: string, key: string, signal: AbortSignal): Promise<ObjectRef | undefined> {
  checkKey(key);
  const found = await calls
    .run("look up an object", signal, async () => await calls.client.statObject(bucket, key))
    .catch(absentIf("NOT_FOUND"));
  if (found === undefined) return undefined;
  const { sha256, "content-type": contentType }: Record<string, unknown> = found.metaData;
  if (typeof sha256 !== "string" || typeof contentType !== "string") throw damagedObject(key);
  return { key, sha256, sizeBytes: BigInt(found.size), contentType };
}

async function* readObject(calls: S3Calls, bucket: string, ref: ObjectRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  checkKey(ref.key);
  const source = await calls
    .run("read an object", signal, async () => await calls.client.getObject(bucket, ref.key))
    .catch(absentIf("NOT_FOUND"));
  if (source === undefined) throw missingObject(ref.key);
  try {
    yield* verifiedChunks(source, ref);
  } catch (error) {
    throw s3Error(error, { attempted: "read an object", status: 200, signal });
  } finally {
    source.destroy();
  }
}

async function* listKeys(calls: S3Calls, bucket: string, prefix: string, signal: AbortSignal): AsyncGenerator<string> {
  checkPrefix(prefix);
  for (let marker: string | undefined = ""; marker !== undefined; ) {
    const from: string = marker;
    const page = await calls.run("list objects", signal, async () => await calls.client.listObjectsQuery(bucket, prefix, from, WHOLE_TREE));
    const names = page.objects.flatMap(({ name }) => (name === undefined ? [] : [name]));
    yield* names.filter(isKey);
    marker = page.isTruncated === true ? names.at(-1) : undefined;
  }
}

function absentIf(code: "NOT_FOUND" | "ALREADY_EXISTS"): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof PayerHubError && error.code === code)) throw error;
  };
}
