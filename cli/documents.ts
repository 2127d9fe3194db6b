import { DOCUMENT_STATES, type DocumentRecord, type DocumentState } from "../mesh/store/documents.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { Collection } from "../runtime/store/store.ts";
import { type CommandIo, textTable } from "./command-io.ts";
import { EXIT, runCommand } from "./exit-code.ts";

export interface DocumentsContext {
  readonly documents: Collection<DocumentRecord>;
  readonly io: CommandIo;
  readonly tenant: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** `payerhub documents --state quarantined`: what stands in a state, longest there first. Holds no PHI. */
export async function listDocuments(
  context: DocumentsContext,
  options: { readonly state: string; readonly limit: number },
): Promise<number> {
  const { documents, io, tenant, json, signal } = context;
  return await runCommand(io, "listing documents", async () => {
    const state = stateOf(options.state);
    const page = await documents.find(tenant, { index: "byState", prefix: [state], limit: options.limit, signal });
    const rows = page.items.map(({ value }) => value);
    if (json) for (const row of rows) io.out(JSON.stringify(viewOf(row)));
    else io.out(textTable(["document", "type", "pages", "rev", "reasons"], rows.map(cellsOf)));
    return EXIT.ok;
  });
}

function stateOf(text: string): DocumentState {
  const state = DOCUMENT_STATES.find((known) => known === text);
  if (state === undefined) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `listing documents in state "${text}": there is no such state, it must be one of ${DOCUMENT_STATES.join(", ")}`,
    );
  }
  return state;
}

function viewOf({ documentId, state, documentType, pageCount, revision, reasons, updatedAtMs }: DocumentRecord) {
  return { documentId, state, documentType, pageCount, revision, reasons, updatedAtMs };
}

function cellsOf({ documentId, documentType, pageCount, revision, reasons }: DocumentRecord): string[] {
  return [documentId, documentType ?? "—", String(pageCount ?? "—"), String(revision), reasons?.join("; ") ?? ""];
}
