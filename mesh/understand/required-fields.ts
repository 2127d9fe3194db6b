import type { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { ACTED_ON, ACTED_ON_BY_DECISION, fieldSpecName } from "../fields.ts";

/** Names of the fields a hub acts on for a document of this type and decision. */
export function requiredFields(type: DocumentType, decision: string): readonly string[] {
  return [...(ACTED_ON[type] ?? []), ...(type === 2 ? (ACTED_ON_BY_DECISION[decision] ?? []) : [])];
}

/** The required names for which no value was found; a repeated name asks for at least one. */
export function missingFields(required: readonly string[], found: readonly string[]): string[] {
  const present = new Set(found.map(fieldSpecName));
  return required.filter((name) => !present.has(name));
}
