import { z } from "zod";
import { PayerHubError } from "../../runtime/error.ts";
import type { PbtxtMessage, PbtxtScalar } from "./pbtxt.ts";

/** A configuration is a few hundred bytes; a larger text is something else. */
const MAX_JSON_CHARS = 256 * 1024;
const MAX_DEPTH = 32;
/** Fields that are maps: JSON has them as objects, protobuf text as messages with key and value. */
const MAPS: ReadonlySet<string> = new Set(["parameters", "priority_queue_policy", "inputs"]);

type Json = z.infer<ReturnType<typeof z.json>>;

/** The JSON form of a model configuration, as a load's `config` parameter has it. INVALID_ARGUMENT when it is no JSON object. */
export function configFromJson(text: string): PbtxtMessage {
  const parsed = text.length > MAX_JSON_CHARS ? undefined : parse(text);
  if (!isObject(parsed)) throw new PayerHubError("INVALID_ARGUMENT", "reading a model configuration: it is no JSON object, it must be one");
  return message(parsed, 0);
}

function parse(text: string): Json | undefined {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function message(object: Readonly<Record<string, Json>>, depth: number): PbtxtMessage {
  if (depth > MAX_DEPTH) throw new PayerHubError("INVALID_ARGUMENT", `reading a model configuration: it nests deeper than ${MAX_DEPTH}`);
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [snakeCase(name), values(snakeCase(name), value, depth)]));
}

function values(name: string, value: Json, depth: number): readonly (PbtxtScalar | PbtxtMessage)[] {
  if (MAPS.has(name) && isObject(value)) {
    return Object.entries(value).map(([key, entry]) => ({ key: [key], value: [single(entry, depth)] }));
  }
  if (value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((item) => single(item, depth));
}

function single(value: Json, depth: number): PbtxtScalar | PbtxtMessage {
  if (isObject(value)) return message(value, depth + 1);
  // Protobuf's JSON form has 64-bit numbers as text.
  if (typeof value === "string" && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new PayerHubError("INVALID_ARGUMENT", "reading a model configuration: it has a list within a list, it may not");
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
