import { z } from "zod";
import { readData } from "./read-data.ts";

const diagnosis = z
  .strictObject({
    /** ICD-10-CM code with its point, for example `M05.79`. */
    code: z.string().regex(/^[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?$/),
    title: z.string().min(1),
  })
  .readonly();

export type Icd10cm = z.infer<typeof diagnosis>;

/** The starter list of ICD-10-CM codes, by code. Synchronous; reads one file, so call it once and pass the rows on. */
export function loadIcd10cm(): readonly Icd10cm[] {
  return readData("icd10cm", diagnosis).rows;
}
