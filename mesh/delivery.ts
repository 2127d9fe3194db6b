import type { JsMsg } from "@nats-io/jetstream";
import type { DocumentHead } from "../proto/document/v1/document.pb.ts";
import { derivedId } from "../runtime/derived-id.ts";
import { type Envelope, fromHeaders } from "../runtime/envelope.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { OutgoingEvent } from "../runtime/nats.ts";
import { assertToken, documentSubject } from "../runtime/subjects.ts";
import { EVENTS, type EventMessage, type EventName, type NamedEvent } from "./events.ts";
import type { DocumentStep } from "./store/documents.ts";

/** One event as it came from the broker, decoded and checked against its envelope. */
export interface Delivery<N extends EventName> {
  readonly name: N;
  readonly envelope: Envelope;
  readonly head: DocumentHead;
  readonly message: EventMessage<N>;
  /** 1 on the first delivery. */
  readonly attempt: number;
}

/** Throws INVALID_ARGUMENT when the bytes are not the event that the subject names, or name another tenant or document. */
export function decodeDelivery<N extends EventName>(name: N, received: Pick<JsMsg, "data" | "headers" | "info">): Delivery<N> {
  const envelope = fromHeaders(received.headers);
  const message = decodeEvent(name, received.data);
  const head = message.head;
  if (head?.original === undefined || head.manifest === undefined || head.revision === 0) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `decoding the event "${name}": its head is incomplete, it must name the document, its revision and its bytes`,
    );
  }
  assertToken("tenant", head.tenant);
  if (envelope.tenant !== head.tenant || envelope.subject !== head.documentId) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `decoding the event "${name}": envelope and head name different documents, they must agree`,
    );
  }
  return { name, envelope, head, message, attempt: received.info.deliveryCount };
}

function decodeEvent<N extends EventName>(name: N, data: Uint8Array): EventMessage<N> {
  try {
    return EVENTS[name].decode(data) as EventMessage<N>;
  } catch (caught) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `decoding the event "${name}": the bytes are no such message, they must be its protobuf form`,
      { cause: caught },
    );
  }
}

/** The same document, revision and event always give the same id: that is what makes a redelivery harmless. */
export function eventId(head: Pick<DocumentHead, "tenant" | "documentId" | "revision">, name: EventName): string {
  return derivedId("event", head.tenant, head.documentId, head.revision, name);
}

export function encodeEvent(event: NamedEvent): Uint8Array {
  switch (event.name) {
    case "received":
      return EVENTS.received.encode(event.message).finish();
    case "read":
      return EVENTS.read.encode(event.message).finish();
    case "understood":
      return EVENTS.understood.encode(event.message).finish();
    case "scored":
      return EVENTS.scored.encode(event.message).finish();
    case "review_requested":
      return EVENTS.review_requested.encode(event.message).finish();
    case "mapped":
      return EVENTS.mapped.encode(event.message).finish();
    case "released":
      return EVENTS.released.encode(event.message).finish();
    case "delivered":
      return EVENTS.delivered.encode(event.message).finish();
    case "quarantined":
      return EVENTS.quarantined.encode(event.message).finish();
  }
}

/** The part of a step that a redelivery publishes again, byte for byte. */
export function stepOutput(head: DocumentHead, event: NamedEvent): NonNullable<DocumentStep["next"]> {
  return { name: event.name, eventId: eventId(head, event.name), bytesBase64: Buffer.from(encodeEvent(event)).toString("base64") };
}

export interface OutgoingContext {
  readonly tenant: string;
  readonly documentId: string;
  /** For the envelope's source, for example `mesh/read`. */
  readonly source: string;
  readonly nowMs: number;
  readonly causationId?: string;
  readonly traceparent?: string;
}

/** The broker message of a stored step output. */
export function outgoingOf(output: NonNullable<DocumentStep["next"]>, context: OutgoingContext): OutgoingEvent {
  return {
    subject: documentSubject(context.tenant, output.name),
    payload: Buffer.from(output.bytesBase64, "base64"),
    envelope: {
      id: output.eventId,
      source: `/payerhub/${context.source}`,
      type: `payerhub.document.${output.name}`,
      time: new Date(context.nowMs).toISOString(),
      subject: context.documentId,
      tenant: context.tenant,
      correlationId: context.documentId,
      contentType: "application/protobuf",
      ...(context.causationId === undefined ? {} : { causationId: context.causationId }),
      ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
    },
  };
}
