import type { DocumentType, Field } from "../../proto/document/v1/document.pb.ts";
import { ACTED_ON, ACTED_ON_BY_DECISION, fieldSpecName } from "../fields.ts";

/** Names of the fields a hub acts on for a document of this type and decision. */
export function requiredFields(type: DocumentType, decision: string): readonly string[] {
  return [...(ACTED_ON[type] ?? []), ...(type === 2 ? (ACTED_ON_BY_DECISION[decision] ?? []) : [])];
}

/**
 * The required names for which no value was found; a repeated name asks for at least one. A cell that stands on the page and
 * could not be read counts by its own name, `results[3].value`: one readable row must not hide the others.
 */
export function missingFields(required: readonly string[], found: readonly Pick<Field, "name" | "value">[]): string[] {
  const valued = new Set(found.filter(({ value }) => value !== "").map(({ name }) => fieldSpecName(name)));
  const absent = required.filter((name) => !valued.has(name));
  const asked = new Set(required);
  const unread = found.filter(({ name, value }) => value === "" && asked.has(fieldSpecName(name))).map(({ name }) => name);
  return [...new Set([...absent, ...unread])];
}
