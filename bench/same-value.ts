import { FIELDS, type FieldKind, fieldSpecName } from "../mesh/fields.ts";

const kinds: ReadonlyMap<string, FieldKind> = new Map(FIELDS.map((field) => [field.name, field.kind]));

/** The kind of a field by its name with or without index; `text` when mesh/fields.ts does not list it. */
export function kindOf(name: string): FieldKind {
  return kinds.get(fieldSpecName(name)) ?? "text";
}

/** Whether a value found is the value printed: codes, dates, numbers and choices to the character, names and texts without case. */
export function sameValue(name: string, found: string, truth: string): boolean {
  const kind = kindOf(name);
  if (kind === "decimal" || kind === "cents") return Number(found) === Number(truth);
  if (kind !== "name" && kind !== "text") return found === truth;
  return plain(found) === plain(truth);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’']/g, "'")
    .replace(/\s+/g, " ")
    .replace(/[.,;:\s]+$/, "")
    .trim();
}
