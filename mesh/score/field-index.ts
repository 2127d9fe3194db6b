import type { Field, Understanding } from "../../proto/document/v1/document.pb.ts";
import { fieldSpecName } from "../fields.ts";

/** The fields of an Understanding by name, with typed reading of their normalized values. */
export interface FieldIndex {
  readonly all: readonly Field[];
  /** Every value under a catalogue name such as `lines[].hcpcs`, in the order found. */
  of(specName: string): readonly Field[];
  /** Text of the first value; undefined when absent or empty. */
  text(name: string): string | undefined;
  /** Undefined when absent or no finite number. */
  number(name: string): number | undefined;
  numbers(specName: string): readonly number[];
  /** Days since the Unix epoch; undefined when absent or no ISO date. */
  day(name: string): number | undefined;
  days(specName: string): readonly number[];
  /** Rows of a repeated group such as `lines`, each from column name to value. */
  rows(group: string): readonly ReadonlyMap<string, string>[];
}

const DAY_MS = 86_400_000;

export function indexFields(understanding: Pick<Understanding, "fields">): FieldIndex {
  const bySpec = new Map<string, Field[]>();
  for (const field of understanding.fields) {
    const name = fieldSpecName(field.name);
    bySpec.set(name, [...(bySpec.get(name) ?? []), field]);
  }
  const of = (specName: string) => bySpec.get(specName) ?? [];
  const text = (name: string) => of(fieldSpecName(name)).find((field) => field.value !== "")?.value;
  return {
    all: understanding.fields,
    of,
    text,
    number: (name) => toNumber(text(name)),
    numbers: (specName) => of(specName).flatMap((field) => toNumber(field.value) ?? []),
    day: (name) => toDay(text(name)),
    days: (specName) => of(specName).flatMap((field) => toDay(field.value) ?? []),
    rows: (group) => rowsOf(understanding.fields, group),
  };
}

function rowsOf(fields: readonly Field[], group: string): readonly ReadonlyMap<string, string>[] {
  const rows = new Map<string, Map<string, string>>();
  for (const { name, value } of fields) {
    const match = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(name);
    if (match === null || match[1] !== group) continue;
    const [, , index = "", column = ""] = match;
    const row = rows.get(index) ?? new Map<string, string>();
    row.set(column, value);
    rows.set(index, row);
  }
  return [...rows.values()];
}

/** A finite number out of a normalized value; undefined for anything else. */
export function toNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Days since the Unix epoch of an ISO date that exists in the calendar. */
export function toDay(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) return undefined;
  return ms / DAY_MS;
}
