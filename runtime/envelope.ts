import { headers, type MsgHdrs } from "@nats-io/nats-core";
import { z } from "zod";
import { PayerHubError } from "./error.ts";

/** Longest header value taken from the wire, in characters: ids, types and times are far shorter. */
const MAX_VALUE_LENGTH = 512;

const value = z.string().min(1).max(MAX_VALUE_LENGTH);

const envelopeSchema = z.strictObject({
  id: value,
  source: value,
  type: value,
  time: z.iso.datetime({ offset: true }),
  /** Id of what the event is about: a document or a case. Never a person's. */
  subject: value,
  tenant: value,
  correlationId: value,
  causationId: value.optional(),
  contentType: value,
  /** W3C traceparent. */
  traceparent: z.string().max(MAX_VALUE_LENGTH).optional(),
});

/**
 * CloudEvents 1.0 attributes of one message (cloudevents/spec 1.0.2, NATS protocol binding 1.0.2, binary mode) with the
 * extensions tenant, correlationid and causationid and the W3C trace context.
 */
export type Envelope = z.infer<typeof envelopeSchema>;

const HEADER_OF: Readonly<Record<keyof Envelope, string>> = {
  id: "ce-id",
  source: "ce-source",
  type: "ce-type",
  time: "ce-time",
  subject: "ce-subject",
  tenant: "ce-tenant",
  correlationId: "ce-correlationid",
  causationId: "ce-causationid",
  contentType: "Content-Type",
  traceparent: "traceparent",
};

const FIELDS = Object.keys(HEADER_OF) as (keyof Envelope)[];

/** NATS headers of the envelope. `Nats-Msg-Id` is the event id unless `messageId` names another. */
export function toHeaders(envelope: Envelope, messageId: string = envelope.id): MsgHdrs {
  const result = headers();
  result.set("ce-specversion", "1.0");
  for (const field of FIELDS) {
    const text = envelope[field];
    if (text !== undefined) result.set(HEADER_OF[field], encodeValue(text));
  }
  result.set("Nats-Msg-Id", encodeValue(messageId));
  return result;
}

/** Throws INVALID_ARGUMENT when an attribute is missing or malformed; values are not quoted, they are foreign. */
export function fromHeaders(received: MsgHdrs | undefined): Envelope {
  if (received?.get("ce-specversion") !== "1.0") {
    throw new PayerHubError("INVALID_ARGUMENT", 'reading an event\'s headers: "ce-specversion" is not 1.0, it must be');
  }
  const raw: Partial<Record<keyof Envelope, string>> = {};
  for (const field of FIELDS) {
    const text = received.get(HEADER_OF[field]);
    if (text !== "") raw[field] = decodeValue(text);
  }
  const parsed = envelopeSchema.safeParse(raw);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading an event's headers: "${names}" is missing or malformed, it must follow CloudEvents 1.0`,
    );
  }
  return parsed.data;
}

/** The binding's rule: percent-encode what is not printable ASCII, and space, double quote and percent. */
function encodeValue(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character).replace("'", "%27"));
}

function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (caught) {
    throw new PayerHubError("INVALID_ARGUMENT", "reading an event's headers: a value is not valid percent-encoding, it must be", {
      cause: caught,
    });
  }
}
