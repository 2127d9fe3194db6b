import type { Field, Understanding } from "../../proto/document/v1/document.pb.ts";
import { ACTED_ON, ACTED_ON_BY_DECISION } from "../fields.ts";
import type { FieldIndex } from "./field-index.ts";

/** The fields that a hub will act on in this document. */
export interface ActedOn {
  /** False for a type that nothing is acted on: such a document always goes to a person. */
  readonly known: boolean;
  /** Every value found under a wanted name; each of a repeated group. */
  readonly found: readonly Field[];
  /** Wanted names without a value, by catalogue name. */
  readonly missing: readonly string[];
}

export function actedOn(understanding: Understanding, fields: FieldIndex): ActedOn {
  const byType = ACTED_ON[understanding.type];
  const byDecision = understanding.decision === "" ? [] : (ACTED_ON_BY_DECISION[understanding.decision] ?? []);
  const wanted = [...new Set([...(byType ?? []), ...byDecision])];
  const valued = (name: string) => fields.of(name).filter((field) => field.value !== "");
  const missing = wanted.filter((name) => valued(name).length === 0);
  return {
    known: byType !== undefined,
    found: wanted.flatMap(valued),
    missing: [...new Set([...missing, ...understanding.missingFields])],
  };
}
