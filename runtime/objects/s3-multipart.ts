import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { Client } from "minio";
import { createByteQueue } from "../byte-queue.ts";
import { PayerHubError } from "../error.ts";

/** Bytes sent and held at a time; S3 asks for 5 MiB at least. */
export const PART_BYTES = 8 * 1024 * 1024;

/** One multipart upload to one key. The client's own putObject would resume a stranger's upload of the same key. */
export interface MultipartUpload {
  putPart(bytes: Uint8Array): Promise<void>;
  /** Makes the next part of a whole stored object, inside the server; at most 5 GiB. */
  copyPart(sourceKey: string): Promise<void>;
  /** The object appears at once. `ifAbsent` fails with the server's PreconditionFailed when the key is taken. */
  complete(options: { readonly ifAbsent: boolean }): Promise<void>;
  abort(): Promise<void>;
}

export async function beginMultipart(
  client: Client,
  place: { readonly bucket: string; readonly key: string },
  headers: Readonly<Record<string, string>>,
): Promise<MultipartUpload> {
  const target = { bucketName: place.bucket, objectName: place.key };
  const uploadId = await client.initiateNewMultipartUpload(place.bucket, place.key, { ...headers });
  const query = `uploadId=${encodeURIComponent(uploadId)}`;
  const etags: string[] = [];
  const partQuery = () => `partNumber=${etags.length + 1}&${query}`;
  return {
    putPart: async (bytes) => {
      const md5 = createHash("md5").update(bytes).digest("base64");
      const part = {
        method: "PUT",
        ...target,
        query: partQuery(),
        headers: { "content-length": String(bytes.length), "content-md5": md5 },
      };
      const answer = await client.makeRequestAsync(part, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      answer.resume();
      etags.push(answer.headers.etag ?? "");
    },
    copyPart: async (sourceKey) => {
      const source = { "x-amz-copy-source": `/${place.bucket}/${sourceKey}` };
      const answer = await client.makeRequestAsync({ method: "PUT", ...target, query: partQuery(), headers: source });
      const etag = /<ETag>(?:&quot;|&#34;|")?([^<&"]+)/.exec(await text(answer))?.[1];
      if (etag === undefined) throw new PayerHubError("INTERNAL", "copy an object: the answer names no ETag, it must");
      etags.push(etag);
    },
    complete: async ({ ifAbsent }) => {
      const parts = etags.map(
        (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag.replaceAll('"', "")}</ETag></Part>`,
      );
      const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
      const headers_ = ifAbsent ? { "if-none-match": "*" } : {};
      const answer = await client.makeRequestAsync({ method: "POST", ...target, query, headers: headers_ }, body);
      // S3 may report a failure in the body of a 200.
      if ((await text(answer)).includes("<Error>")) {
        throw new PayerHubError("UNAVAILABLE", "complete an upload: the object server reports an error, it must complete");
      }
    },
    abort: async () => await client.abortMultipartUpload(place.bucket, place.key, uploadId),
  };
}

/** Regroups chunks into parts of `PART_BYTES`; the last one may be shorter. */
export async function* partsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = createByteQueue();
  for await (const chunk of chunks) {
    queue.push(chunk);
    while (queue.length >= PART_BYTES) yield queue.take(PART_BYTES);
  }
  if (queue.length > 0) yield queue.take(queue.length);
}
