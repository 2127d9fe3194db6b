import {
  DocumentDelivered,
  DocumentMapped,
  DocumentQuarantined,
  DocumentRead,
  DocumentReceived,
  DocumentReleased,
  DocumentReviewRequested,
  DocumentScored,
  DocumentUnderstood,
} from "../proto/document/v1/document.pb.ts";

/** Every event of the document flow by the last token of its subject. */
export const EVENTS = {
  received: DocumentReceived,
  read: DocumentRead,
  understood: DocumentUnderstood,
  scored: DocumentScored,
  review_requested: DocumentReviewRequested,
  mapped: DocumentMapped,
  released: DocumentReleased,
  delivered: DocumentDelivered,
  quarantined: DocumentQuarantined,
} as const;

export type EventName = keyof typeof EVENTS;
export type EventMessage<N extends EventName> = ReturnType<(typeof EVENTS)[N]["decode"]>;
/** An event with its name, so that a stage's outcome says where it goes. */
export type NamedEvent = { [N in EventName]: { readonly name: N; readonly message: EventMessage<N> } }[EventName];
