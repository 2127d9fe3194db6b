import { z } from "zod";

/** PDF points on the upright page, origin top left. */
const box = z.strictObject({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() });

const field = z.strictObject({
  /** A name of mesh/fields.ts, with its index where repeated. */
  name: z.string(),
  /** What stands on the page. */
  printed: z.string(),
  /** The normalized value as mesh/fields.ts defines it; `payer.name` is the directory's display name. */
  value: z.string(),
  /** First page is 1. */
  page: z.int().positive(),
  box,
});

const word = z.strictObject({ text: z.string(), page: z.int().positive(), box });

const checkbox = z.strictObject({ page: z.int().positive(), box, checked: z.boolean(), label: z.string() });

const page = z.strictObject({
  widthPt: z.number(),
  heightPt: z.number(),
  /** Pixels of the stored raster page; 0 for a PDF page with a text layer. */
  widthPx: z.int().nonnegative(),
  heightPx: z.int().nonnegative(),
  dpiX: z.number(),
  dpiY: z.number(),
  /** Degrees clockwise by which the stored page is turned. */
  rotation: z.literal([0, 90, 180, 270]),
  /** `[a, b, c, d, e, f]`: pixel x = a·x + c·y + e, pixel y = b·x + d·y + f for a point in PDF points. */
  transform: z.array(z.number()).length(6),
});

const quality = z.strictObject({
  resolution: z.enum(["fine", "standard", "pdf", "scan200"]),
  level: z.enum(["clean", "mild", "bad"]),
  family: z.enum(["fax", "scanner"]),
});

/** Ground truth of one generated document: what was drawn, where, and what the product should do with it. */
export const truthSchema = z.strictObject({
  seed: z.string(),
  fileName: z.string(),
  /** A value of proto DocumentType. */
  documentType: z.int().min(1).max(11),
  /** Of a determination letter; empty on other types. */
  decision: z.string(),
  payerId: z.string(),
  caseId: z.string(),
  layout: z.string(),
  font: z.string(),
  pages: z.array(page).min(1),
  fields: z.array(field),
  words: z.array(word),
  checkboxes: z.array(checkbox),
  expected: z.strictObject({
    /** `any`: quality between the two, either end is right. */
    outcome: z.enum(["auto", "review", "quarantined", "duplicate", "any"]),
    why: z.string(),
  }),
  quality,
});

export type Truth = z.infer<typeof truthSchema>;
export type TruthBox = z.infer<typeof box>;
export type TruthField = z.infer<typeof field>;
export type TruthWord = z.infer<typeof word>;
export type TruthCheckbox = z.infer<typeof checkbox>;
export type TruthPage = z.infer<typeof page>;
export type Quality = z.infer<typeof quality>;
export type Expected = Truth["expected"];

/** The bounding box, in pixels of the stored page, of a box in PDF points. */
export function toPixels(points: TruthBox, transform: readonly number[]): TruthBox {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = transform;
  const corners = [
    [points.x0, points.y0],
    [points.x1, points.y0],
    [points.x0, points.y1],
    [points.x1, points.y1],
  ] as const;
  const xs = corners.map(([x, y]) => a * x + c * y + e);
  const ys = corners.map(([x, y]) => b * x + d * y + f);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
