import { z } from "zod";
import type { CollectionSpec } from "../../runtime/store/store.ts";

const objectRef = z.strictObject({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), contentType: z.string() });

/** Where a document stands. The last four are ends; `in_review`, `withheld` and `quarantined` wait for a person. */
export const DOCUMENT_STATES = [
  "received",
  "read",
  "understood",
  "scored",
  "mapped",
  "released",
  "in_review",
  "withheld",
  "quarantined",
  "delivered",
] as const;
export type DocumentState = (typeof DOCUMENT_STATES)[number];

/** States in which the mesh still owes the document a step. */
export const MOVING_STATES = ["received", "read", "understood", "scored", "mapped", "released"] as const satisfies readonly DocumentState[];

/** PHI-free facts of a document that stages add to. Absent keys leave the record as it is. */
const facts = z.strictObject({
  state: z.enum(DOCUMENT_STATES).optional(),
  pageCount: z.number().int().optional(),
  /** Proto enum name in lower case without prefix, for example `determination_letter`. */
  documentType: z.string().optional(),
  typeConfidence: z.number().optional(),
  decision: z.string().optional(),
  confidence: z.number().optional(),
  payerId: z.string().optional(),
  /** PHI-free reasons for in_review, withheld, quarantined. */
  reasons: z.array(z.string()).optional(),
  settledByPerson: z.boolean().optional(),
  fhirCompleteness: z.number().optional(),
  hubEventId: z.string().optional(),
  hubEventType: z.string().optional(),
  caseId: z.string().optional(),
  words: z.array(objectRef).optional(),
  images: z.array(objectRef).optional(),
  understanding: objectRef.optional(),
  assessment: objectRef.optional(),
  bundle: objectRef.optional(),
  disclosedBundle: objectRef.optional(),
});
export type DocumentFacts = z.infer<typeof facts>;

const step = z.strictObject({
  revision: z.number().int(),
  atMs: z.number(),
  durationMs: z.number(),
  /** The event that followed, kept here (outbox in the business document) so that a redelivery publishes the same bytes. */
  next: z.strictObject({ name: z.string(), eventId: z.string(), bytesBase64: z.string() }).optional(),
});

const documentRecord = facts.extend({
  documentId: z.string(),
  revision: z.number().int(),
  state: z.enum(DOCUMENT_STATES),
  sourceSha256: z.string(),
  original: objectRef,
  manifest: objectRef,
  receivedAtMs: z.number(),
  updatedAtMs: z.number(),
  /** By stage name. */
  steps: z.record(z.string(), step),
  /** Failures that returned, by stage, since the last success; outages do not count. */
  failures: z.record(z.string(), z.number().int()),
});
export type DocumentRecord = z.infer<typeof documentRecord>;
export type DocumentStep = z.infer<typeof step>;

export const documents: CollectionSpec<DocumentRecord> = {
  name: "documents",
  schema: documentRecord,
  indexes: {
    byState: (record) => [record.state, record.updatedAtMs],
    byReceived: (record) => [record.receivedAtMs],
  },
};
