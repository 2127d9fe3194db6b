import type { Money } from "@medplum/fhirtypes";
import type { Field } from "../../proto/document/v1/document.pb.ts";
import { isoDate } from "../work-clock.ts";

/** Groups with a higher index than this are ignored: no page holds so many lines. */
const MAX_GROUPS = 500;

/** FHIR texts hold no control characters and no outer or repeated blanks: such runs become one space. */
export function cleanText(value: string): string {
  return value.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Typed reading of an understanding's fields. A value that is not of its kind reads as undefined. */
export interface FieldReader {
  text(name: string): string | undefined;
  /** A real calendar date, ISO. */
  date(name: string): string | undefined;
  /** US dollars from integer cents. */
  money(name: string): Money | undefined;
  /** Whole number ≥ 0. */
  count(name: string): number | undefined;
  decimal(name: string): number | undefined;
  has(...names: readonly string[]): boolean;
  /** `lines` → `lines[0]`, `lines[2]` …: the groups that have a value, in order. */
  groups(name: string): readonly string[];
}

/** Of several fields with one name the surest counts. */
export function createFieldReader(fields: readonly Field[]): FieldReader {
  const values = new Map<string, Field>();
  for (const field of fields) {
    const known = values.get(field.name);
    if (cleanText(field.value) === "" || (known !== undefined && field.confidence <= known.confidence)) continue;
    values.set(field.name, field);
  }
  const text = (name: string) => {
    const field = values.get(name);
    return field === undefined ? undefined : cleanText(field.value);
  };
  return {
    text,
    date: (name) => isoDate(text(name) ?? ""),
    money: (name) => moneyOf(text(name)),
    count: (name) => numberOf(text(name), /^\d{1,9}$/),
    decimal: (name) => numberOf(text(name), /^-?\d{1,12}(\.\d{1,6})?$/),
    has: (...names) => names.some((name) => values.has(name)),
    groups: (name) => groupsOf(name, [...values.keys()]),
  };
}

function moneyOf(cents: string | undefined): Money | undefined {
  const value = numberOf(cents, /^-?\d{1,12}$/);
  return value === undefined ? undefined : { value: value / 100, currency: "USD" };
}

function numberOf(text: string | undefined, shape: RegExp): number | undefined {
  return text !== undefined && shape.test(text) ? Number(text) : undefined;
}

function groupsOf(group: string, names: readonly string[]): readonly string[] {
  const indexes = new Set<number>();
  for (const name of names) {
    const match = /^([a-z_]+)\[(\d{1,4})\]\./.exec(name);
    if (match?.[1] === group && Number(match[2]) < MAX_GROUPS) indexes.add(Number(match[2]));
  }
  return [...indexes].sort((left, right) => left - right).map((index) => `${group}[${index}]`);
}
