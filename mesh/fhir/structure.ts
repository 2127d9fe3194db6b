import { readFileSync } from "node:fs";
import { z } from "zod";

const rule = z.strictObject({
  min: z.number(),
  max: z.union([z.number(), z.literal("*")]),
  /** Data types, or the path of a backbone element such as `Claim.item`. More than one only on a choice (`value[x]`). */
  types: z.array(z.string()).readonly(),
  /** Resource types a Reference may point at; absent when any. */
  targets: z.array(z.string()).readonly().optional(),
  /** Canonical URL of the value set whose codes are the only ones allowed. */
  codes: z.string().optional(),
});
const structure = z.strictObject({
  /** Elements by type or backbone path. */
  types: z.record(z.string(), z.record(z.string(), rule)),
  /** Codes by value set; empty when the list is not part of the definitions. */
  codes: z.record(z.string(), z.array(z.string()).readonly()),
});

export type ElementRule = z.infer<typeof rule>;
/** R4 (4.0.1) structure of the resources that bundles hold, derived from the published definitions. */
export type Structure = z.infer<typeof structure>;

/** Reads the committed table `data/r4-structure.json`, made by `derive-structure.ts`. */
export function readStructure(): Structure {
  return structure.parse(JSON.parse(readFileSync(new URL("data/r4-structure.json", import.meta.url), "utf8")));
}
