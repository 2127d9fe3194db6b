import { Svcm } from "@nats-io/services";
import { GetDocumentStatusResponse, QueryStatusRequest } from "../proto/intake/v1/intake.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Stoppable } from "../runtime/lifetime.ts";
import type { Logger } from "../runtime/log.ts";
import type { Bus } from "../runtime/nats.ts";
import { withDeadline } from "../runtime/signals.ts";
import type { Collection } from "../runtime/store/store.ts";
import { assertToken, STATUS_SUBJECT } from "../runtime/subjects.ts";
import type { DocumentRecord } from "./store/documents.ts";

/** Longest look-up for one question, in milliseconds. */
const ANSWER_DEADLINE_MS = 3_000;

/**
 * Answers the edge's question about one document (NATS service, request/reply). An unknown document answers with an empty
 * `document_id`, so that the edge can tell "not known" from "nobody there".
 */
export async function serveStatus(deps: {
  readonly bus: Bus;
  readonly documents: Collection<DocumentRecord>;
  readonly log: Logger;
}): Promise<Stoppable> {
  const service = await new Svcm(deps.bus.connection).add({
    name: "payerhub-status",
    version: "1.0.0",
    description: "state of one document",
  });
  const stopping = new AbortController();
  service.addEndpoint("status", {
    subject: STATUS_SUBJECT,
    handler: (caught, message) => {
      if (caught !== null) return;
      answer(message.data, deps.documents, stopping.signal).then(
        (reply) => message.respond(GetDocumentStatusResponse.encode(reply).finish()),
        (failure: unknown) => {
          const error = PayerHubError.from(failure, { attempted: "answering a status question" });
          deps.log.warn("status.failed", { code: error.code });
          message.respondError(error.number, error.code);
        },
      );
    },
  });
  return {
    stop: async () => {
      stopping.abort();
      await service.stop();
    },
  };
}

async function answer(data: Uint8Array, documents: Collection<DocumentRecord>, signal: AbortSignal): Promise<GetDocumentStatusResponse> {
  const question = decodeQuestion(data);
  assertToken("tenant", question.tenant);
  const found = await documents.get(question.tenant, question.documentId, withDeadline(signal, ANSWER_DEADLINE_MS));
  return found === undefined ? GetDocumentStatusResponse.create() : statusOf(found.value);
}

function decodeQuestion(data: Uint8Array): QueryStatusRequest {
  try {
    return QueryStatusRequest.decode(data);
  } catch (caught) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      "decoding a status question: the bytes are no such message, they must be its protobuf form",
      { cause: caught },
    );
  }
}

/** The PHI-free view of a record. */
export function statusOf(record: DocumentRecord): GetDocumentStatusResponse {
  return GetDocumentStatusResponse.create({
    documentId: record.documentId,
    state: record.state,
    revision: record.revision,
    pageCount: record.pageCount ?? 0,
    documentType: record.documentType ?? "",
    decision: record.decision ?? "",
    confidence: record.confidence ?? 0,
    reasons: record.reasons ?? [],
    hubEventId: record.hubEventId ?? "",
    caseId: record.caseId ?? "",
    receivedAtMs: BigInt(record.receivedAtMs),
    updatedAtMs: BigInt(record.updatedAtMs),
  });
}
