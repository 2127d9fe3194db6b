import { z } from "zod";

const probability = z.number().min(0).max(1);

/** Thresholds between "passes by itself" and "a person looks". */
export const scoreConfigSchema = z
  .strictObject({
    /** Least probability of each field that the hub acts on. */
    fieldThreshold: probability.default(0.9),
    typeThreshold: probability.default(0.8),
    /** Longest document that passes by itself, in pages: beyond it a cover sheet often hides several documents. */
    maxPages: z.number().int().positive().default(60),
    /** Least mean word confidence of an OCR page that has words. */
    pageConfidenceThreshold: probability.default(0.5),
    /** BCP 47 primary language tags that the rules and lexicons were made for; `und` passes because short forms have no language. */
    languages: z.array(z.string()).default(["en", "und"]),
  })
  .readonly();

export type ScoreConfig = z.infer<typeof scoreConfigSchema>;
