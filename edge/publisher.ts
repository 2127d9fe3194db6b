import type { DocumentReceived } from "../proto/document/v1/document.pb.ts";
import type { GetDocumentStatusResponse } from "../proto/intake/v1/intake.pb.ts";

/** How the edge hands a document to the mesh. */
export interface EventPublisher {
  /**
   * Resolves when the broker stored the event. Publishing the same document, revision and repeat again has no further effect.
   * A higher `repeat` makes the broker store the event once more, because the mesh never confirmed it; for the mesh it
   * is still the same event.
   */
  publishReceived(message: DocumentReceived, options: { readonly repeat: number; readonly signal: AbortSignal }): Promise<void>;
}

/** How the edge asks the mesh what became of a document. */
export interface StatusQuery {
  /** Undefined when the mesh does not know the document. Throws a retryable error when the mesh does not answer. */
  query(tenant: string, documentId: string, signal: AbortSignal): Promise<GetDocumentStatusResponse | undefined>;
}
