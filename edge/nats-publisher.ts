import { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import { GetDocumentStatusResponse, QueryStatusRequest } from "../proto/intake/v1/intake.pb.ts";
import { derivedId } from "../runtime/derived-id.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Bus } from "../runtime/nats.ts";
import { abortable } from "../runtime/signals.ts";
import { documentSubject, STATUS_SUBJECT } from "../runtime/subjects.ts";
import type { EventPublisher, StatusQuery } from "./publisher.ts";

/** Longest wait for the mesh's answer, in milliseconds; a person waits for it. */
const STATUS_DEADLINE_MS = 2_000;

/** Error header of the NATS service protocol (ADR-32). */
const SERVICE_ERROR_HEADER = "Nats-Service-Error-Code";

/** NOT_FOUND as gRPC's number, as HTTP's and by name. */
const NOT_FOUND_CODES: ReadonlySet<string> = new Set(["5", "404", "NOT_FOUND"]);

/**
 * Publishes `received` to JetStream. The event id follows from document and revision; the id by which the broker drops
 * duplicates also from the repeat.
 */
export function createNatsPublisher(bus: Pick<Bus, "publish">): EventPublisher {
  return {
    publishReceived: async (message, { repeat, signal }) => {
      const head = message.head;
      if (head === undefined) {
        throw new PayerHubError("INVALID_ARGUMENT", "publishing a received document: the event has no head, it must have one");
      }
      const { tenant, documentId, revision, receivedAtMs } = head;
      const id = derivedId(tenant, documentId, "received", revision);
      const envelope = {
        id,
        source: "payerhub/edge",
        type: "document.received",
        time: new Date(Number(receivedAtMs)).toISOString(),
        subject: documentId,
        tenant,
        correlationId: documentId,
        contentType: "application/protobuf",
      };
      const messageId = repeat === 0 ? id : `${id}.${repeat}`;
      const payload = DocumentReceived.encode(message).finish();
      await bus.publish({ subject: documentSubject(tenant, "received"), envelope, payload, messageId }, signal);
    },
  };
}

/** Asks the mesh by request/reply on the status subject. */
export function createNatsStatusQuery(bus: Pick<Bus, "connection">): StatusQuery {
  return {
    query: async (tenant, documentId, signal) => {
      const reply = await ask(bus, QueryStatusRequest.encode({ tenant, documentId }).finish(), signal);
      const errorCode = reply.headers?.get(SERVICE_ERROR_HEADER) ?? "";
      if (NOT_FOUND_CODES.has(errorCode)) return undefined;
      if (errorCode !== "") {
        throw new PayerHubError("UNAVAILABLE", `asking the mesh for a status: it answered error "${errorCode}", it must answer the state`);
      }
      const status = GetDocumentStatusResponse.decode(reply.data);
      return status.documentId === "" ? undefined : status;
    },
  };
}

async function ask(bus: Pick<Bus, "connection">, payload: Uint8Array, signal: AbortSignal): ReturnType<Bus["connection"]["request"]> {
  const attempted = "asking the mesh for a status";
  try {
    return await abortable(bus.connection.request(STATUS_SUBJECT, payload, { timeout: STATUS_DEADLINE_MS }), signal, attempted);
  } catch (caught) {
    if (caught instanceof PayerHubError) throw caught;
    throw new PayerHubError("UNAVAILABLE", `${attempted}: nobody answered, the mesh must be running`, { cause: caught });
  }
}
