import type { Structure } from "./structure.ts";
import { createResourceValidator, type Fault, type FoundReference, isObject } from "./validate.ts";

/** Faults of a bundle; empty when it is valid. */
export type BundleValidator = (bundle: unknown) => readonly Fault[];

interface Entry {
  readonly path: string;
  readonly fullUrl: string | undefined;
  readonly resource: Readonly<Record<string, unknown>>;
}

/**
 * Validator of collection bundles: the structure of every resource, and what holds between them: each has its own `urn:uuid`
 * fullUrl that agrees with its id, and every reference leads to a resource in the bundle of a type allowed there.
 */
export function createBundleValidator(structure: Structure): BundleValidator {
  const validate = createResourceValidator(structure);
  return (bundle) => {
    const { faults, references } = validate(bundle, "Bundle");
    if (!isObject(bundle) || bundle["resourceType"] !== "Bundle")
      return faults.length > 0 ? faults : [{ path: "Bundle", problem: "not a bundle" }];
    const entries = entriesOf(bundle);
    return [...faults, ...kindFaults(bundle, entries), ...urlFaults(entries), ...referenceFaults(references, entries)];
  };
}

function entriesOf(bundle: Readonly<Record<string, unknown>>): readonly Entry[] {
  const list: readonly unknown[] = Array.isArray(bundle["entry"]) ? bundle["entry"] : [];
  return list.flatMap((entry, index) => {
    if (!isObject(entry) || !isObject(entry["resource"])) return [];
    const fullUrl = typeof entry["fullUrl"] === "string" ? entry["fullUrl"] : undefined;
    return [{ path: `Bundle.entry[${index}]`, fullUrl, resource: entry["resource"] }];
  });
}

function kindFaults(bundle: Readonly<Record<string, unknown>>, entries: readonly Entry[]): readonly Fault[] {
  const listed = Array.isArray(bundle["entry"]) ? bundle["entry"].length : 0;
  return [
    ...(bundle["type"] === "collection" ? [] : [{ path: "Bundle.type", problem: "not a collection" }]),
    ...(listed > 0 && listed === entries.length ? [] : [{ path: "Bundle.entry", problem: "an entry without a resource, or none at all" }]),
  ];
}

function urlFaults(entries: readonly Entry[]): readonly Fault[] {
  const seen = new Set<string>();
  return entries.flatMap(({ path, fullUrl, resource }) => {
    const at = `${path}.fullUrl`;
    if (fullUrl === undefined || fullUrl !== `urn:uuid:${String(resource["id"])}`)
      return [{ path: at, problem: "does not agree with the id" }];
    if (seen.has(fullUrl)) return [{ path: at, problem: "used twice" }];
    seen.add(fullUrl);
    return [];
  });
}

function referenceFaults(references: readonly FoundReference[], entries: readonly Entry[]): readonly Fault[] {
  const types = new Map(entries.map(({ fullUrl, resource }) => [fullUrl, resource["resourceType"]]));
  return references.flatMap(({ path, reference, targets }) => {
    const type = types.get(reference);
    if (type === undefined) return [{ path, problem: "leads to nothing in the bundle" }];
    const allowed = targets === undefined || (typeof type === "string" && targets.includes(type));
    return allowed ? [] : [{ path, problem: "leads to a resource of a type not allowed here" }];
  });
}
