import type { Box, Understanding } from "../../proto/document/v1/document.pb.ts";
import { documentTypeName } from "../document-type-name.ts";
import type { ReviewItem } from "../store/reviews.ts";

export interface ReviewField {
  readonly name: string;
  /** Masked unless the view was revealed. */
  readonly value: string;
  readonly rawText: string;
  readonly confidence: number;
  readonly page: number;
  readonly box: Box | undefined;
  readonly method: string;
  readonly required: boolean;
}

/** What a reviewer sees of a document beside its pages. */
export interface ReviewView {
  readonly documentId: string;
  readonly revision: number;
  readonly state: ReviewItem["state"];
  readonly documentType: string;
  readonly typeConfidence: number;
  readonly decision: string;
  readonly payerId: string;
  readonly confidence: number;
  readonly reasons: ReviewItem["reasons"];
  readonly missingFields: readonly string[];
  readonly fields: readonly ReviewField[];
  readonly images: ReviewItem["images"];
  readonly lease: ReviewItem["lease"];
}

/** Fields in reading order: by page, then from the top, then from the left; those without a place come last. */
export function reviewView(item: ReviewItem, understanding: Understanding, mask: (name: string, value: string) => string): ReviewView {
  const { documentId, revision, state, payerId, confidence, reasons, images, lease } = item;
  const fields = understanding.fields
    .map(({ name, value, rawText, confidence: sure, page, box, method, required }) => ({
      name,
      page,
      box,
      method,
      required,
      value: mask(name, value),
      rawText: mask(name, rawText),
      confidence: sure,
    }))
    .toSorted((left, right) => place(left) - place(right));
  const { decision, missingFields, typeConfidence } = understanding;
  const documentType = documentTypeName(understanding.type);
  return {
    documentId,
    revision,
    state,
    documentType,
    typeConfidence,
    decision,
    payerId,
    confidence,
    reasons,
    missingFields,
    fields,
    images,
    lease,
  };
}

/** Pixels of a page are far fewer than these. */
const PAGE_PLACES = 1e10;
const ROW_PLACES = 1e5;

function place({ page, box }: Pick<ReviewField, "page" | "box">): number {
  if (page === 0 || box === undefined) return Number.MAX_SAFE_INTEGER;
  return page * PAGE_PLACES + Math.round(box.y0) * ROW_PLACES + Math.round(box.x0);
}
