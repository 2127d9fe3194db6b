import type { ObjectRef } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../error.ts";
import type { World } from "../world.ts";
import { meteredBody } from "./body.ts";
import type { MeteredBody } from "./body.ts";
import { checkKey } from "./key.ts";
import type { ObjectBody, PutOptions } from "./objects.ts";
import type { S3Calls } from "./s3-calls.ts";
import { beginMultipart, PART_BYTES, partsOf } from "./s3-multipart.ts";
import type { MultipartUpload } from "./s3-multipart.ts";

/** Where a large stream waits for its digest. No key begins with a dot, so none collides and none is listed. */
const STAGING = ".staging";
/** S3's limit for copying one part. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 3;

/** Stores a body under a key; with `ifAbsent` it throws ALREADY_EXISTS when the server finds the key taken. */
export type S3Upload = (key: string, body: ObjectBody, options: PutOptions & { readonly ifAbsent: boolean }) => Promise<ObjectRef>;

interface Target {
  readonly key: string;
  readonly contentType: string;
  readonly ifAbsent: boolean;
}

interface Uploader {
  readonly calls: S3Calls;
  readonly bucket: string;
  readonly world: Pick<World, "uuid">;
}

export function createS3Upload(uploader: Uploader): S3Upload {
  return async (key, body, { contentType, signal, ifAbsent }) => {
    checkKey(key);
    const metered = meteredBody(body, signal);
    if (metered.sizeBytes > MAX_OBJECT_BYTES) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `put object "${key}": it has ${metered.sizeBytes} bytes, it must have at most ${MAX_OBJECT_BYTES}`,
      );
    }
    const way = metered.sizeBytes > PART_BYTES ? putLarge : putWhole;
    const sha256 = await uploader.calls.run(
      "put an object",
      signal,
      async () => await way(uploader, { key, contentType, ifAbsent }, metered),
    );
    return { key, sha256, sizeBytes: BigInt(metered.sizeBytes), contentType };
  };
}

async function putWhole({ calls, bucket }: Uploader, target: Target, body: MeteredBody): Promise<string> {
  const bytes = Buffer.concat(await Array.fromAsync(body.chunks()));
  const sha256 = body.digest();
  const condition = target.ifAbsent ? { "if-none-match": "*" } : {};
  await calls.client.putObject(bucket, target.key, bytes, bytes.length, { ...headersOf(target, sha256), ...condition });
  return sha256;
}

async function putLarge(uploader: Uploader, target: Target, body: MeteredBody): Promise<string> {
  const { calls, bucket, world } = uploader;
  const staged = `${STAGING}/${world.uuid()}`;
  await inParts(uploader, staged, {}, async (upload) => {
    for await (const part of partsOf(body.chunks())) await upload.putPart(part);
    await upload.complete({ ifAbsent: false });
  });
  try {
    const sha256 = body.digest();
    await inParts(uploader, target.key, headersOf(target, sha256), async (upload) => {
      await upload.copyPart(staged);
      await upload.complete({ ifAbsent: target.ifAbsent });
    });
    return sha256;
  } finally {
    await calls.cleanUp(async () => await calls.client.removeObject(bucket, staged));
  }
}

async function inParts(
  { calls, bucket }: Uploader,
  key: string,
  headers: Readonly<Record<string, string>>,
  fill: (upload: MultipartUpload) => Promise<void>,
): Promise<void> {
  const upload = await beginMultipart(calls.client, { bucket, key }, headers);
  try {
    await fill(upload);
  } catch (error) {
    await calls.cleanUp(async () => await upload.abort());
    throw error;
  }
}

function headersOf(target: Target, sha256: string): Record<string, string> {
  return { "content-type": target.contentType, "x-amz-meta-sha256": sha256 };
}
