import type { Bundle, BundleEntry } from "@medplum/fhirtypes";
import { sensitivityOf } from "./sensitivity.ts";

type Json = Readonly<Record<string, unknown>>;

/** Kept of every resource: they hold no data of the member. */
const FRAME: ReadonlySet<string> = new Set(["resourceType", "id"]);
const ICD10CM_SYSTEM = "http://hl7.org/fhir/sid/icd-10-cm";
const SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn";
const TARGET_PATH = "http://hl7.org/fhir/StructureDefinition/targetPath";
/** https://hl7.org/fhir/R4/extension-data-absent-reason.html */
const MASKED = { extension: [{ url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: "masked" }] } as const;
/** A social security number in a sentence, in any of its usual spellings. */
const SSN_TEXT = /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g;
/** https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html and v3-ActReason */
const CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
const ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

export interface Cut {
  /** Paths such as `Patient.name` that stay. */
  readonly allowed: ReadonlySet<string>;
  /** Diagnoses with these labels are masked. */
  readonly maskLabels: readonly string[];
  readonly purpose: string;
}

/**
 * The bundle without what its receiver does not need: elements off the allow-list, resources that have none left, labelled
 * diagnoses, social security numbers wherever they stand. References to what went are masked, so that the bundle stays
 * valid and closed. Labels of the bundle say how confidential it is and for which purpose it was cut.
 */
export function cutBundle(bundle: Bundle, cut: Cut): Bundle {
  const kept = (bundle.entry ?? []).flatMap(({ fullUrl, resource }) => {
    const left = cutResource(resource, cut);
    return left === undefined || fullUrl === undefined ? [] : [{ fullUrl, resource: left }];
  });
  const urls = new Set(kept.map(({ fullUrl }) => fullUrl));
  const entry: readonly unknown[] = kept.map((one) => withTarget(prune(one, { cut, urls })));
  const security = [
    { system: CONFIDENTIALITY, code: cut.maskLabels.length > 0 ? "R" : "N" },
    { system: ACT_REASON, code: cut.purpose },
  ];
  return { ...bundle, meta: { ...bundle.meta, security }, entry: [...entry] as BundleEntry[] };
}

/** A provenance that lost every target still stands for the document it was read from. */
function withTarget(entry: unknown): unknown {
  if (!isObject(entry) || !isObject(entry["resource"])) return entry;
  const { resource } = entry;
  const sources: readonly unknown[] = Array.isArray(resource["entity"]) ? resource["entity"] : [];
  if (resource["resourceType"] !== "Provenance" || resource["target"] !== undefined) return entry;
  return { ...entry, resource: { ...resource, target: sources.flatMap((source) => (isObject(source) ? [source["what"]] : [])) } };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Allowed elements of a resource; undefined when its type is not disclosed at all. */
function cutResource(resource: unknown, { allowed }: Cut): Json | undefined {
  if (!isObject(resource)) return undefined;
  const type = String(resource["resourceType"]);
  const elements = Object.entries(resource).filter(([name]) => FRAME.has(name) || allowed.has(`${type}.${name.replace(/^_/, "")}`));
  return [...allowed].some((path) => path.startsWith(`${type}.`)) ? Object.fromEntries(elements) : undefined;
}

interface Pruning {
  readonly cut: Cut;
  readonly urls: ReadonlySet<string>;
}

/** Walks all below; undefined means that the value goes. */
function prune(value: unknown, pruning: Pruning): unknown {
  if (typeof value === "string") return value.replace(SSN_TEXT, "***-**-****");
  if (Array.isArray(value)) return pruneList(value, pruning);
  if (!isObject(value)) return value;
  if (isGone(value, pruning)) return MASKED;
  const elements = Object.entries(value).flatMap(([name, element]) => {
    const left = prune(element, pruning);
    return left === undefined ? [] : [[name, left] as const];
  });
  return elements.length === 0 ? undefined : Object.fromEntries(elements);
}

function pruneList(list: readonly unknown[], pruning: Pruning): unknown {
  const left = list
    .filter((item) => !isSocialSecurity(item) && !isCutTarget(item, pruning) && !(isObject(item) && isDangling(item, pruning)))
    .flatMap((item) => prune(item, pruning) ?? []);
  return left.length === 0 ? undefined : left;
}

function isGone(value: Json, pruning: Pruning): boolean {
  return isDangling(value, pruning) || isLabelled(value, pruning.cut.maskLabels);
}

function isDangling(value: Json, { urls }: Pruning): boolean {
  const reference = value["reference"];
  return typeof reference === "string" && reference.startsWith("urn:uuid:") && !urls.has(reference);
}

/** A concept with a diagnosis that the member did not authorize to be told. */
function isLabelled(value: Json, maskLabels: readonly string[]): boolean {
  const codings: readonly unknown[] = Array.isArray(value["coding"]) ? value["coding"] : [];
  return codings.some((coding) => {
    if (!isObject(coding) || coding["system"] !== ICD10CM_SYSTEM || typeof coding["code"] !== "string") return false;
    const label = sensitivityOf(coding["code"]);
    return label !== undefined && maskLabels.includes(label);
  });
}

function isSocialSecurity(item: unknown): boolean {
  if (!isObject(item)) return false;
  const type = isObject(item["type"]) && Array.isArray(item["type"]["coding"]) ? (item["type"]["coding"] as readonly unknown[]) : [];
  return item["system"] === SSN_SYSTEM || type.some((coding) => isObject(coding) && coding["code"] === "SS");
}

/** A provenance target whose element was cut. */
function isCutTarget(item: unknown, { cut }: Pruning): boolean {
  const extensions: readonly unknown[] = isObject(item) && Array.isArray(item["extension"]) ? item["extension"] : [];
  return extensions.some((extension) => {
    if (!isObject(extension) || extension["url"] !== TARGET_PATH) return false;
    const path = /^([A-Za-z]+\.[A-Za-z]+)/.exec(String(extension["valueString"]))?.[1] ?? "";
    return !cut.allowed.has(path);
  });
}
