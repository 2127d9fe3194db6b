import type { Evidence } from "./evidence.ts";

/** One number that the anomaly models see. */
export interface Feature {
  readonly name: string;
  /** Values are cut to this range: one absurd number must not hide all others. */
  readonly low: number;
  readonly high: number;
  /** Stands for a value that the document does not have; chosen so that a document without it is not strange for that. */
  readonly neutral: number;
  /** Values that business explains by itself, however rare: not strange alone, only together with others. */
  readonly ordinary?: { readonly low: number; readonly high: number };
  readonly of: (evidence: Evidence) => number | undefined;
}
