import { PRIMITIVES } from "./primitive.ts";
import type { ElementRule, Structure } from "./structure.ts";

/** Deepest nesting looked at: bundles made here stay below 20. */
const MAX_DEPTH = 64;
/** A broken bundle is refused by its first faults; more help nobody. */
const MAX_FAULTS = 100;

/** What is wrong and where. Neither says a value, so a fault may be logged and shown. */
export interface Fault {
  /** FHIRPath from the root, for example `Bundle.entry[2].resource.birthDate`. */
  readonly path: string;
  readonly problem: string;
}

/** A reference met on the way, to be resolved when all resources are known. */
export interface FoundReference {
  readonly path: string;
  readonly reference: string;
  readonly targets: readonly string[] | undefined;
}

export interface Validation {
  readonly faults: readonly Fault[];
  readonly references: readonly FoundReference[];
}

/** Checks one resource against R4's structure. */
export type ResourceValidator = (resource: unknown, path: string) => Validation;

type Json = Readonly<Record<string, unknown>>;
/** One property of a type: which element it belongs to and the data type that it holds. */
interface Property {
  readonly element: string;
  readonly rule: ElementRule;
  readonly type: string;
}
interface Walk {
  readonly faults: Fault[];
  readonly references: FoundReference[];
}

/**
 * Validator over a structure table: unknown elements, cardinality, arrays where R4 has arrays, primitive formats, required
 * codes, one variant of a choice, no empty value, extensions with a value or with extensions, periods in order.
 */
export function createResourceValidator(structure: Structure): ResourceValidator {
  const properties = new Map(Object.entries(structure.types).map(([type, elements]) => [type, propertiesOf(elements)] as const));
  return (resource, path) => {
    const walk: Walk = { faults: [], references: [] };
    checkResource({ structure, properties, walk }, resource, path, 0);
    return { faults: walk.faults.slice(0, MAX_FAULTS), references: walk.references };
  };
}

interface Check {
  readonly structure: Structure;
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, Property>>;
  readonly walk: Walk;
}

function propertiesOf(elements: Readonly<Record<string, ElementRule>>): ReadonlyMap<string, Property> {
  const found = new Map<string, Property>();
  for (const [element, rule] of Object.entries(elements)) {
    for (const type of rule.types) {
      const name = element.endsWith("[x]") ? element.slice(0, -3) + type.charAt(0).toUpperCase() + type.slice(1) : element;
      found.set(name, { element, rule, type });
    }
  }
  return found;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkResource(check: Check, value: unknown, path: string, depth: number): void {
  const type = isObject(value) ? value["resourceType"] : undefined;
  if (!isObject(value) || typeof type !== "string" || !check.properties.has(type) || type.includes(".")) {
    check.walk.faults.push({ path, problem: "not a resource type that bundles hold" });
    return;
  }
  checkComplex(check, value, { type, path, depth, isResource: true });
}

interface Place {
  readonly type: string;
  readonly path: string;
  readonly depth: number;
  readonly targets?: readonly string[] | undefined;
  /** Only resources carry `resourceType`. */
  readonly isResource?: boolean;
}

function checkComplex(check: Check, value: unknown, place: Place): void {
  const { path, type, depth } = place;
  const known = check.properties.get(type);
  const fail = (problem: string, at = path) => check.walk.faults.push({ path: at, problem });
  if (depth > MAX_DEPTH) return void fail("nested too deep");
  if (!isObject(value)) return void fail(`not a ${type}`);
  if (known === undefined) return void fail(`${type} is not in the structure table`);
  if (Object.keys(value).length === 0) return void fail("empty");
  for (const key of Object.keys(value)) {
    if (key === "resourceType" && place.isResource === true) continue;
    const primitiveSibling = key.startsWith("_") && isPrimitive(known.get(key.slice(1))?.type);
    if (primitiveSibling) checkSibling(check, value[key], `${path}.${key}`, depth);
    else if (!known.has(key)) fail("unknown element", `${path}.${key}`);
  }
  checkElements(check, value, known, place);
  checkMeaning(check, value, place);
}

function isPrimitive(type: string | undefined): boolean {
  return type !== undefined && Object.hasOwn(PRIMITIVES, type);
}

function checkSibling(check: Check, value: unknown, path: string, depth: number): void {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const item of items) {
    if (item === null && Array.isArray(value)) continue;
    if (!isObject(item) || !Array.isArray(item["extension"])) check.walk.faults.push({ path, problem: "not an element with extensions" });
    else
      for (const extension of item["extension"])
        checkComplex(check, extension, { type: "Extension", path: `${path}.extension`, depth: depth + 1 });
  }
}

function checkElements(check: Check, value: Json, known: ReadonlyMap<string, Property>, { path, depth }: Place): void {
  const variants = new Map<string, number>();
  for (const [name, { element, rule, type }] of known) {
    const present = Object.hasOwn(value, name);
    variants.set(element, (variants.get(element) ?? 0) + (present || Object.hasOwn(value, `_${name}`) ? 1 : 0));
    if (present) checkProperty(check, value[name], rule, { type, path: `${path}.${name}`, depth: depth + 1, targets: rule.targets });
  }
  for (const [element, count] of variants) {
    const min = [...known.values()].find((property) => property.element === element)?.rule.min ?? 0;
    if (count < min) check.walk.faults.push({ path: `${path}.${element}`, problem: "required and missing" });
    if (count > 1) check.walk.faults.push({ path: `${path}.${element}`, problem: "more than one variant of a choice" });
  }
}

function checkProperty(check: Check, value: unknown, rule: ElementRule, place: Place): void {
  const repeats = rule.max === "*" || rule.max > 1;
  if (repeats !== Array.isArray(value)) {
    check.walk.faults.push({ path: place.path, problem: repeats ? "not an array" : "an array" });
    return;
  }
  if (!Array.isArray(value)) return checkValue(check, value, rule, place);
  if (value.length === 0) check.walk.faults.push({ path: place.path, problem: "empty" });
  if (rule.max !== "*" && value.length > rule.max) check.walk.faults.push({ path: place.path, problem: "too many" });
  value.forEach((item: unknown, index) => checkValue(check, item, rule, { ...place, path: `${place.path}[${index}]` }));
}

function checkValue(check: Check, value: unknown, rule: ElementRule, place: Place): void {
  const primitive = Object.hasOwn(PRIMITIVES, place.type) ? PRIMITIVES[place.type] : undefined;
  if (primitive === undefined) {
    if (place.type === "Resource") checkResource(check, value, place.path, place.depth);
    else checkComplex(check, value, place);
    return;
  }
  const codes = rule.codes === undefined ? undefined : check.structure.codes[rule.codes];
  if (!primitive(value)) check.walk.faults.push({ path: place.path, problem: `not a ${place.type}` });
  else if (codes !== undefined && codes.length > 0 && (typeof value !== "string" || !codes.includes(value))) {
    check.walk.faults.push({ path: place.path, problem: "not a code of the required list" });
  }
}

/** The few invariants that structure alone does not tell: ext-1, per-1, and references for later. */
function checkMeaning({ walk }: Check, value: Json, { type, path, targets }: Place): void {
  if (type === "Extension") {
    const holdsValue = Object.keys(value).some((key) => /^_?value[A-Z]/.test(key));
    if (holdsValue === Object.hasOwn(value, "extension")) walk.faults.push({ path, problem: "needs either a value or extensions" });
  }
  if (type === "Period" && typeof value["start"] === "string" && typeof value["end"] === "string" && value["start"] > value["end"]) {
    walk.faults.push({ path, problem: "ends before it starts" });
  }
  if (type === "Reference" && typeof value["reference"] === "string") {
    walk.references.push({ path, reference: value["reference"], targets });
  }
}
