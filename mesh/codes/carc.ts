import { z } from "zod";
import { readData } from "./read-data.ts";

const reason = z
  .strictObject({
    /** Claim adjustment reason code: one to three digits, or a letter and one or two digits. */
    code: z.string().regex(/^(\d{1,3}|[A-Z]\d{1,2})$/),
    /** Our own paraphrase, eight words at most; never the official description. */
    text: z.string().min(1),
  })
  .readonly();

export type Carc = z.infer<typeof reason>;

/** The starter list of claim adjustment reason codes. Synchronous; reads one file, so call it once and pass the rows on. */
export function loadCarc(): readonly Carc[] {
  return readData("carc", reason).rows;
}
