import type { Rule } from "./rule.ts";
import { CONSISTENCY_RULES } from "./rules-consistency.ts";
import { PLAUSIBILITY_RULES } from "./rules-plausibility.ts";
import { READING_RULES } from "./rules-reading.ts";

/** Every rule, alphabetical by id. Adding one: write it in its family's file; the catalogue's test finds the rest. */
export const RULES: readonly Rule[] = [...CONSISTENCY_RULES, ...PLAUSIBILITY_RULES, ...READING_RULES].toSorted((a, b) =>
  a.id < b.id ? -1 : 1,
);
