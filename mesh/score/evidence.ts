import type { PageWords, Understanding } from "../../proto/document/v1/document.pb.ts";
import type { Drug } from "../codes/drugs.ts";
import { actedOn } from "./acted-on.ts";
import type { ActedOn } from "./acted-on.ts";
import { drugFacts } from "./drug-facts.ts";
import type { DrugFacts } from "./drug-facts.ts";
import { indexFields } from "./field-index.ts";
import type { FieldIndex } from "./field-index.ts";

/** A document as rules and features see it: what was understood, the pages it was read from, and views derived once. */
export interface Evidence {
  readonly understanding: Understanding;
  readonly pages: readonly PageWords[];
  readonly fields: FieldIndex;
  readonly actedOn: ActedOn;
  readonly drug: DrugFacts;
}

export function gatherEvidence(understanding: Understanding, pages: readonly PageWords[], drugs: readonly Drug[]): Evidence {
  const fields = indexFields(understanding);
  return { understanding, pages, fields, actedOn: actedOn(understanding, fields), drug: drugFacts(fields, drugs) };
}
