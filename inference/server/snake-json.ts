type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Maps by field name whose keys are names of their own and stay as they are. */
const MAPS: ReadonlySet<string> = new Set([
  "parameters",
  "priorityQueuePolicy",
  "responseStats",
  "metricTags",
  "ccModelFilenames",
  "settings",
]);
/** Fields whose text stays text although it looks like a number. */
const TEXTS: ReadonlySet<string> = new Set(["name", "version", "versions", "stringValue", "value"]);

/** A protocol message as KServe's HTTP form has it: snake case, and 64-bit numbers as numbers. */
export function snakeJson(value: unknown, field = ""): Plain {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map((item) => snakeJson(item, field));
  if (Buffer.isBuffer(value) || value === undefined || value === null) return null;
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [MAPS.has(field) ? key : snake(key), snakeJson(item, key)]));
  }
  if (typeof value === "string" && !TEXTS.has(field) && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
