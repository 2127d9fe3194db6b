import { z } from "zod";
import { readData } from "./read-data.ts";

const lab = z
  .strictObject({
    name: z.string().min(1),
    abbreviation: z.string().min(1),
    unit: z.string().min(1),
    /** Normal adult range, both ends included, in `unit`. */
    low: z.number().nonnegative(),
    high: z.number().positive(),
    /** Digits after the point as laboratories usually print the result. */
    decimals: z.int().min(0).max(3),
    /** LOINC code: digits, a hyphen, a check digit. */
    loinc: z.string().regex(/^\d{1,7}-\d$/),
  })
  .readonly();

export type Lab = z.infer<typeof lab>;

/** The starter list of laboratory tests. Synchronous; reads one file, so call it once and pass the rows on. */
export function loadLabs(): readonly Lab[] {
  return readData("labs", lab).rows;
}
