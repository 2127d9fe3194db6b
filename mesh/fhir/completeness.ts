import type { BundleEntry } from "@medplum/fhirtypes";
import type { Field, Understanding } from "../../proto/document/v1/document.pb.ts";
import { FIELDS, type FieldKind, fieldSpecName } from "../fields.ts";
import { cleanText } from "./field-reader.ts";
import { FHIR_HOMES, type Home } from "./homes.ts";

/** A field and the element that carries its value. */
export interface LocatedField {
  readonly field: Field;
  readonly fullUrl: string;
  /** FHIRPath within the resource, for example `Claim.item[0].net.value`. */
  readonly path: string;
}

/** Share of the fields with a FHIR home that stand in the bundle, 0..1, and the names of those that do not. */
export interface Completeness {
  readonly figure: number;
  readonly located: readonly LocatedField[];
  /** Field names, without values. */
  readonly lost: readonly string[];
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map(FIELDS.map((spec) => [spec.name, spec.kind]));

/**
 * Looks for every field's value at its homes. The value must stand there, not merely something: a wrong amount counts as
 * lost. One element serves one field of a name only, so a dropped line is not hidden by an equal one. A document without
 * any field that has a home is complete.
 */
export function completenessOf(understanding: Understanding, entries: readonly BundleEntry[]): Completeness {
  const taken = new Set<string>();
  const located: LocatedField[] = [];
  const lost: string[] = [];
  for (const field of surest(understanding.fields)) {
    const spec = fieldSpecName(field.name);
    const homes = Object.hasOwn(FHIR_HOMES, spec) ? FHIR_HOMES[spec] : undefined;
    const kind = KINDS.get(spec);
    if (homes === undefined || kind === undefined) continue;
    const found = findHome({ field, kind, homes, spec }, entries, taken);
    if (found === undefined) lost.push(field.name);
    else located.push(found);
  }
  const asked = located.length + lost.length;
  return { figure: asked === 0 ? 1 : located.length / asked, located, lost };
}

/** Fields with a value, one a name: the surest. */
function surest(fields: readonly Field[]): readonly Field[] {
  const byName = new Map<string, Field>();
  for (const field of fields) {
    const known = byName.get(field.name);
    if (cleanText(field.value) !== "" && (known === undefined || field.confidence > known.confidence)) byName.set(field.name, field);
  }
  return [...byName.values()];
}

interface Wanted {
  readonly field: Field;
  readonly kind: FieldKind;
  readonly homes: readonly Home[];
  readonly spec: string;
}

function findHome({ field, kind, homes, spec }: Wanted, entries: readonly BundleEntry[], taken: Set<string>): LocatedField | undefined {
  const value = cleanText(field.value);
  for (const { home, fullUrl, leaf } of candidates(homes, entries)) {
    const mark = `${spec} ${fullUrl} ${leaf.path}`;
    if (taken.has(mark) || !carries(leaf.value, value, kind, home)) continue;
    taken.add(mark);
    return { field, fullUrl, path: leaf.path };
  }
  return undefined;
}

interface Candidate {
  readonly home: Home;
  readonly fullUrl: string;
  readonly leaf: Leaf;
}

/** Every element that stands at one of the homes, first home first. */
function candidates(homes: readonly Home[], entries: readonly BundleEntry[]): readonly Candidate[] {
  return homes.flatMap((home) => {
    const [resourceType = "", ...steps] = home.path.split(".");
    return entries.flatMap(({ fullUrl, resource }) => {
      if (resource?.resourceType !== resourceType || fullUrl === undefined) return [];
      return leaves(resource, resourceType, steps).map((leaf) => ({ home, fullUrl, leaf }));
    });
  });
}

function leaves(value: unknown, path: string, steps: readonly string[]): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leaves(item, `${path}[${index}]`, steps));
  const [step, ...rest] = steps;
  if (step === undefined) return [{ path, value }];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return [];
  return leaves((value as Readonly<Record<string, unknown>>)[step], `${path}.${step}`, rest);
}

function carries(leaf: unknown, value: string, kind: FieldKind, home: Home): boolean {
  if (home.values !== undefined) return Object.hasOwn(home.values, value) && leaf === home.values[value];
  if (kind === "cents") return typeof leaf === "number" && Math.round(leaf * 100) === Number(value);
  if (kind === "integer" || kind === "decimal" || kind === "percent") return leaf !== "" && Number(leaf) === Number(value);
  // A drug's name and strength share one text.
  if (kind === "text") return typeof leaf === "string" && leaf.includes(value);
  return leaf === value;
}
