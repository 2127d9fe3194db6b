import { FIELDS } from "../../mesh/fields.ts";
import { entityOf } from "../../mesh/understand/entity-of-field.ts";

const bio = (names: readonly string[]): readonly string[] => ["O", ...names.flatMap((name) => [`B-${name}`, `I-${name}`])];

/** Labels of the layout model, in the order of its logits: begin and inside of every field. */
export function fieldLabels(): readonly string[] {
  return bio(FIELDS.map(({ name }) => name));
}

/** Labels of the entity model, in the order of its logits. */
export function entityLabels(): readonly string[] {
  return bio([...new Set(FIELDS.flatMap(({ name }) => entityOf(name) ?? []))].toSorted());
}
