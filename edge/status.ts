import type { GetDocumentStatusResponse } from "../proto/intake/v1/intake.pb.ts";
import { DOCUMENT_ID_PATTERN } from "../runtime/document-id.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Intake } from "./intake.ts";
import type { StatusQuery } from "./publisher.ts";

/**
 * State of a document for the tenant of the caller. The mesh answers for what it knows; what only the edge knows, or what
 * the mesh cannot be asked about now, is `accepted`.
 */
export interface StatusLookup {
  /** Throws NOT_FOUND for every id that is not a document of the tenant, malformed ones included. */
  lookup(tenant: string, documentId: string, signal: AbortSignal): Promise<GetDocumentStatusResponse>;
}

export function createStatusLookup(parts: { readonly status: StatusQuery; readonly intake: Pick<Intake, "holds"> }): StatusLookup {
  return {
    lookup: async (tenant, documentId, signal) => {
      if (!DOCUMENT_ID_PATTERN.test(documentId)) throw unknownDocument();
      const known = await askMesh(parts.status, { tenant, documentId, signal });
      if (known !== undefined) return known;
      if (!(await parts.intake.holds(tenant, documentId, signal))) throw unknownDocument();
      return acceptedOnly(documentId);
    },
  };
}

async function askMesh(
  status: StatusQuery,
  { tenant, documentId, signal }: { readonly tenant: string; readonly documentId: string; readonly signal: AbortSignal },
): Promise<GetDocumentStatusResponse | undefined> {
  try {
    return await status.query(tenant, documentId, signal);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "asking the mesh for a status" });
    if (!error.retryable || signal.aborted) throw error;
    return undefined;
  }
}

function acceptedOnly(documentId: string): GetDocumentStatusResponse {
  return {
    documentId,
    state: "accepted",
    revision: 1,
    pageCount: 0,
    documentType: "",
    decision: "",
    confidence: 0,
    reasons: [],
    hubEventId: "",
    caseId: "",
    receivedAtMs: 0n,
    updatedAtMs: 0n,
  };
}

function unknownDocument(): PayerHubError {
  return new PayerHubError("NOT_FOUND", "looking up a document: there is none with this id, it must have been submitted by this tenant");
}
