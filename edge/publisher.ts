import type { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import type { GetDocumentStatusResponse } from "../proto/intake/v1/intake.pb.ts";

/** How the edge hands a document to the mesh. */
export interface EventPublisher {
  /** Resolves when the broker stored the event. Publishing the same document and revision again has no further effect. */
  publishReceived(message: DocumentReceived, signal: AbortSignal): Promise<void>;
}

/** How the edge asks the mesh what became of a document. */
export interface StatusQuery {
  /** Undefined when the mesh does not know the document. Throws a retryable error when the mesh does not answer. */
  query(tenant: string, documentId: string, signal: AbortSignal): Promise<GetDocumentStatusResponse | undefined>;
}
