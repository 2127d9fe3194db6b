import { z } from "zod";
import { readData } from "./read-data.ts";

const service = z
  .strictObject({
    /** HCPCS Level II code: a letter A to V and four digits. */
    code: z.string().regex(/^[A-V]\d{4}$/),
    /** Our own short text. */
    text: z.string().min(1),
  })
  .readonly();

export type Hcpcs = z.infer<typeof service>;

/** The starter list of HCPCS Level II codes, by code. Synchronous; reads one file, so call it once and pass the rows on. */
export function loadHcpcs(): readonly Hcpcs[] {
  return readData("hcpcs", service).rows;
}

/** True for the shape of a CPT (Level I) code: five digits, or four digits and F, T, U or M. No list is shipped: CPT is AMA's. */
export function hasCptShape(code: string): boolean {
  return /^\d{4}[\dFTUM]$/.test(code);
}

/** True for the shape of any HCPCS code, Level I or II. */
export function hasHcpcsShape(code: string): boolean {
  return hasCptShape(code) || /^[A-V]\d{4}$/.test(code);
}
