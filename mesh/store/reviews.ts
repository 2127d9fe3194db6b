import { z } from "zod";
import type { CollectionSpec } from "../../runtime/store/store.ts";

const objectRef = z.strictObject({ key: z.string(), sha256: z.string(), sizeBytes: z.number(), contentType: z.string() });

export const REVIEW_STATES = ["open", "claimed", "settled"] as const;

const reviewItem = z.strictObject({
  documentId: z.string(),
  revision: z.number().int(),
  state: z.enum(REVIEW_STATES),
  documentType: z.string(),
  payerId: z.string(),
  confidence: z.number(),
  /** PHI-free: code, text and the name of the field, never its value. */
  reasons: z.array(z.strictObject({ code: z.string(), text: z.string(), field: z.string() })),
  createdAtMs: z.number(),
  understanding: objectRef,
  words: z.array(objectRef),
  images: z.array(objectRef),
  /** Who works on it, until when. */
  lease: z.strictObject({ reviewer: z.string(), untilMs: z.number() }).optional(),
  settled: z.strictObject({ reviewer: z.string(), atMs: z.number(), outcome: z.enum(["accept", "reject"]) }).optional(),
});
export type ReviewItem = z.infer<typeof reviewItem>;

/** The queue that people work. Id: `reviewItemId`. */
export const reviews: CollectionSpec<ReviewItem> = {
  name: "reviews",
  schema: reviewItem,
  indexes: {
    byState: (item) => [item.state, item.createdAtMs],
    byType: (item) => [item.state, item.documentType, item.createdAtMs],
    byPayer: (item) => [item.state, item.payerId, item.createdAtMs],
  },
};

/** One item a revision: a document that comes back after a verdict is new work. */
export function reviewItemId(documentId: string, revision: number): string {
  return `${documentId}.r${revision}`;
}
