import { type handleUnaryCall, Metadata, type ServerReadableStream, type sendUnaryData } from "@grpc/grpc-js";
import { IntakeChannel } from "../proto/document/v1/document.pb.ts";
import type {
  GetDocumentStatusRequest,
  GetDocumentStatusResponse,
  IntakeServiceServer,
  SubmitDocumentRequest,
  SubmitDocumentResponse,
} from "../proto/intake/v1/intake.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import { type Logger, originOf } from "../runtime/log.ts";
import { withDeadline } from "../runtime/signals.ts";
import { type Principal, requireScope } from "./auth.ts";
import type { Scope } from "./clients.ts";
import { requireDigest } from "./digest-check.ts";
import { limitReadAhead } from "./grpc-read-ahead.ts";
import { openSubmitStream, type SubmitStream } from "./grpc-submit.ts";
import { withIdleLimit } from "./idle-limit.ts";
import { type PortParts, RETRY_AFTER_S } from "./port-parts.ts";
import { isTooLarge } from "./too-large.ts";

/** Longest status question, in milliseconds. */
const STATUS_DEADLINE_MS = 5_000;

/** Trailer with which a server asks for a later retry, or by a negative value for none (gRPC retry design, A6). */
const PUSHBACK = "grpc-retry-pushback-ms";

type SubmitCall = ServerReadableStream<SubmitDocumentRequest, SubmitDocumentResponse>;

/** The handlers of IntakeService. `stopping` cuts running calls off. */
export function createIntakeService(parts: PortParts, stopping: AbortSignal): IntakeServiceServer {
  const getDocumentStatus: handleUnaryCall<GetDocumentStatusRequest, GetDocumentStatusResponse> = (call, callback) => {
    const answer = async () => {
      const principal = await principalOf(parts, call.metadata, "documents.read");
      const signal = withDeadline(AbortSignal.any([cancellationOf(call), stopping]), STATUS_DEADLINE_MS);
      return await parts.lookup.lookup(principal.tenant, call.request.documentId, signal);
    };
    void reply(answer(), callback, parts.log);
  };
  return {
    submitDocument: (call, callback) => {
      const signal = withDeadline(AbortSignal.any([cancellationOf(call), stopping]), parts.limits.uploadDeadlineMs);
      void reply(submit(parts, call, signal), callback, parts.log);
    },
    getDocumentStatus,
  };
}

function cancellationOf(call: { on(event: "cancelled", listener: () => void): unknown }): AbortSignal {
  const cancelled = new AbortController();
  call.on("cancelled", () => cancelled.abort());
  return cancelled.signal;
}

async function principalOf(parts: PortParts, metadata: Metadata, scope: Scope): Promise<Principal> {
  const values = metadata.get("authorization");
  const principal = await parts.tokens.verify(values.length === 1 ? String(values[0]) : undefined);
  requireScope(principal, scope);
  return principal;
}

async function submit(parts: PortParts, call: SubmitCall, signal: AbortSignal): Promise<SubmitDocumentResponse> {
  const principal = await principalOf(parts, call.metadata, "documents.write");
  using slot = parts.uploads.tryTake();
  if (slot === undefined) {
    throw new PayerHubError("RESOURCE_EXHAUSTED", "taking an upload: all upload slots are in use, one must be free");
  }
  limitReadAhead(call);
  const limit = { idleMs: parts.limits.idleMs, signal, attempted: "receiving a document stream" };
  const messages = withIdleLimit<SubmitDocumentRequest>(call, limit);
  try {
    return await take(parts, principal, await openSubmitStream(messages), signal);
  } finally {
    // Not awaited: a source that is asked for its next message right now would hold the answer back.
    void messages.return().catch(() => {});
  }
}

async function take(parts: PortParts, principal: Principal, stream: SubmitStream, signal: AbortSignal): Promise<SubmitDocumentResponse> {
  const { fileName, contentType, sender, caseId } = stream.header;
  const submission = {
    tenant: principal.tenant,
    submittedBy: principal.clientId,
    channel: IntakeChannel.GRPC,
    fileName,
    declaredType: contentType,
    sender,
    caseId,
    checkDigest: (sha256: string) => requireDigest(stream.statedSha256 ?? "", sha256),
  };
  const receipt = await parts.intake.submit(submission, stream.chunks, signal);
  return { ...receipt, sizeBytes: BigInt(receipt.sizeBytes) };
}

async function reply<T>(answer: Promise<T>, callback: sendUnaryData<T>, log: Logger): Promise<void> {
  try {
    callback(null, await answer);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "answering a call" });
    log.warn("grpc.refused", { code: error.code, origin: originOf(error.cause ?? error) });
    const metadata = new Metadata();
    if (error.code === "RESOURCE_EXHAUSTED") metadata.set(PUSHBACK, isTooLarge(error) ? "-1" : String(RETRY_AFTER_S * 1000));
    callback({ code: error.number, details: error.message, metadata });
  }
}
