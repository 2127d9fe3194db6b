import { z } from "zod";
import { readData } from "./read-data.ts";

const drug = z
  .strictObject({
    /** Brand name as the label prints it; equal to the generic name for drugs sold under it. */
    brand: z.string().min(1),
    generic: z.string().min(1),
    /** 11 digits, 5-4-2, no hyphens. */
    ndc: z.string().regex(/^\d{11}$/),
    /** Which benefit usually pays: `medical` drugs are billed by HCPCS code. */
    benefit: z.enum(["medical", "pharmacy"]),
    hcpcs: z
      .string()
      .regex(/^[A-V]\d{4}$/)
      .optional(),
    /** HCPCS billing units of one typical administration. */
    hcpcsUnits: z.int().positive().optional(),
    form: z.string().min(1),
    strengths: z.array(z.string().min(1)).min(1),
    /** Typical dispensed quantity for `daysSupply` days. */
    quantity: z.int().positive(),
    daysSupply: z.int().positive(),
    directions: z.string().min(1),
    /** ICD-10-CM codes, with their point, that the drug is usually given for. */
    indications: z.array(z.string().min(3)).min(1),
  })
  .readonly();

export type Drug = z.infer<typeof drug>;

/** The starter list of drugs, by brand. Synchronous; reads one file, so call it once and pass the rows on. */
export function loadDrugs(): readonly Drug[] {
  return readData("drugs", drug).rows;
}
