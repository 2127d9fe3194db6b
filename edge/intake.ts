import { type DocumentHead, type IntakeChannel, IntakeManifest, type ObjectRef } from "../proto/document/v1/document.pb.ts";
import { documentIdOf } from "../runtime/document-id.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Logger } from "../runtime/log.ts";
import type { ObjectStore } from "../runtime/objects/objects.ts";
import type { Seal } from "../runtime/seal.ts";
import type { World } from "../runtime/world.ts";
import type { Spool } from "./spool.ts";
import type { StagedUpload, Staging } from "./staging.ts";

/** Longest file name kept, in characters: what file systems allow. */
const MAX_FILE_NAME = 255;

/** Longest sender, case id and declared type kept, in characters. */
const MAX_FIELD = 256;

const SEALED_TYPE = "application/octet-stream";

/** Who submits what over which channel. All texts are foreign and may carry PHI: they go into the sealed manifest only. */
export interface Submission {
  readonly tenant: string;
  /** Client id of the token, or the name of the inbox. */
  readonly submittedBy: string;
  readonly channel: IntakeChannel;
  readonly fileName: string;
  readonly declaredType: string;
  readonly sender: string;
  readonly caseId: string;
  /** Called once all bytes came, before anything is kept: throws when the digest is not what the client stated. */
  checkDigest?(sha256: string): void;
}

/** The acknowledgement: from here on the bytes survive a crash and reach the mesh. */
export interface IntakeReceipt {
  readonly documentId: string;
  /** True when the same bytes of the tenant came before. */
  readonly duplicate: boolean;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The one path on which documents come in, whatever the channel. */
export interface Intake {
  /**
   * Resolves when the bytes, the manifest and the spool entry are durable. INVALID_ARGUMENT: empty, or the digest check
   * failed. RESOURCE_EXHAUSTED: larger than the limit, or the spool is full. Nothing is kept of a refused upload; a crash
   * or an error after the last byte leaves sealed objects that the next submission of the same bytes completes.
   */
  submit(submission: Submission, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<IntakeReceipt>;
  /** True when the document's bytes and manifest are here. */
  holds(tenant: string, documentId: string, signal: AbortSignal): Promise<boolean>;
}

export interface IntakeParts {
  readonly objects: ObjectStore;
  readonly seal: Seal;
  readonly staging: Staging;
  readonly spool: Spool;
  readonly world: World;
  readonly log: Logger;
}

export function createIntake(parts: IntakeParts): Intake {
  const { objects, staging, spool, world, log } = parts;
  return {
    submit: async (submission, chunks, signal) => {
      if (!spool.hasRoom) throw spoolFull();
      const startedMs = world.monotonicMs();
      await using upload = await staging.stage(submission.tenant, chunks, signal);
      submission.checkDigest?.(upload.sha256);
      const { tenant } = submission;
      const documentId = documentIdOf(tenant, upload.sha256);
      const original = await keepOriginal(objects, upload, objectKey(tenant, documentId, "original"), signal);
      const { manifest, duplicate } = await keepManifest(parts, documentId, manifestOf(submission, upload), { tenant, signal });
      const head: DocumentHead = {
        tenant,
        documentId,
        revision: 1,
        receivedAtMs: BigInt(world.now()),
        sourceSha256: upload.sha256,
        original,
        manifest,
      };
      await spool.add({ head }, { maybeKnown: duplicate });
      const durationMs = Math.round(world.monotonicMs() - startedMs);
      log.info("intake.accepted", { tenant, documentId, bytes: upload.sizeBytes, durationMs, state: duplicate ? "duplicate" : "new" });
      return { documentId, duplicate, sha256: upload.sha256, sizeBytes: upload.sizeBytes };
    },
    holds: async (tenant, documentId, signal) => (await objects.head(objectKey(tenant, documentId, "manifest"), signal)) !== undefined,
  };
}

function objectKey(tenant: string, documentId: string, name: "original" | "manifest"): string {
  return `${tenant}/${documentId}/${name}`;
}

/** Never replaces: a second sealing of the same bytes differs, and events of the first one state its digest. */
async function keepOriginal(objects: ObjectStore, upload: StagedUpload, key: string, signal: AbortSignal): Promise<ObjectRef> {
  const earlier = await objects.head(key, signal);
  if (earlier !== undefined) return earlier;
  const body = { stream: upload.sealedFor(key, signal), sizeBytes: upload.sealedBytes };
  await objects.putIfAbsent(key, body, { contentType: SEALED_TYPE, signal });
  return await stored(objects, key, signal);
}

async function keepManifest(
  parts: IntakeParts,
  documentId: string,
  manifest: IntakeManifest,
  options: { readonly tenant: string; readonly signal: AbortSignal },
): Promise<{ readonly manifest: ObjectRef; readonly duplicate: boolean }> {
  const { tenant, signal } = options;
  const key = objectKey(tenant, documentId, "manifest");
  const bytes = parts.seal.seal(IntakeManifest.encode(manifest).finish(), { tenant, place: "objects", id: key });
  const fresh = await parts.objects.putIfAbsent(key, { bytes }, { contentType: SEALED_TYPE, signal });
  return { manifest: await stored(parts.objects, key, signal), duplicate: !fresh };
}

async function stored(objects: ObjectStore, key: string, signal: AbortSignal): Promise<ObjectRef> {
  const ref = await objects.head(key, signal);
  if (ref === undefined) throw new PayerHubError("ABORTED", "keeping an upload: the object just stored is gone, it must be there");
  return ref;
}

function manifestOf(submission: Submission, upload: StagedUpload): IntakeManifest {
  return {
    fileName: baseName(submission.fileName),
    sniffedType: upload.sniffedType,
    declaredType: clip(submission.declaredType, MAX_FIELD),
    sender: clip(submission.sender, MAX_FIELD),
    channel: submission.channel,
    submittedBy: clip(submission.submittedBy, MAX_FIELD),
    caseId: clip(submission.caseId, MAX_FIELD),
    sizeBytes: BigInt(upload.sizeBytes),
  };
}

/** File names are context for the classifier, never paths: what a client's folders are called is not kept. */
function baseName(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? "";
  return clip(last, MAX_FILE_NAME);
}

/** Control characters would break a log or a screen that shows the value later. */
function clip(text: string, maxLength: number): string {
  return text.replaceAll(/\p{Cc}/gu, "").slice(0, maxLength);
}

function spoolFull(): PayerHubError {
  return new PayerHubError("RESOURCE_EXHAUSTED", "taking a document: the spool is full, documents must reach the mesh first");
}
