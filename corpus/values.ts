import { FIELDS, type FieldKind, fieldSpecName } from "../mesh/fields.ts";
import { printDate } from "./calendar.ts";
import type { Item } from "./draw/block.ts";
import type { Span, Text } from "./draw/spans.ts";
import type { Style } from "./draw/style.ts";

/** What stands where a value was left out. */
const BLANK = "____________";

export interface PrintOptions {
  /** Printed instead of the usual form, for example `has been approved` for `approved`. */
  readonly as?: string;
  readonly bold?: boolean;
  /** Further field names the same text is the value of. */
  readonly also?: readonly string[];
}

/** The values of one document: normalized once, printed many times in the document's own formats. */
export interface Values {
  /** Normalized value; throws RangeError when the document has none. */
  get(name: string): string;
  has(name: string): boolean;
  /** Leaves a field out of everything printed from now on. */
  omit(name: string): void;
  set(name: string, value: string): void;
  /** The value as printed, marked as ground truth; a blank line when omitted. */
  show(name: string, options?: PrintOptions): Span;
  /** Label and value for a form; the value is empty when omitted. */
  item(name: string, options?: PrintOptions & { readonly label?: string; readonly wide?: boolean }): Item;
  /** A date that is no field, in the document's format. */
  date(iso: string): string;
  phone(digits: string): string;
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map(FIELDS.map((field) => [field.name, field.kind]));

export function createValues(initial: Readonly<Record<string, string>>, style: Style, label: (name: string) => string): Values {
  const values = new Map(Object.entries(initial));
  const omitted = new Set<string>();
  const get = (name: string): string => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`printing the field "${name}": the document has no value for it, it must be set first`);
    return value;
  };
  const show = (name: string, options: PrintOptions = {}): Span => {
    if (omitted.has(name)) return { text: BLANK };
    const value = get(name);
    const marks = [name, ...(options.also ?? [])].map((one) => ({ name: one, value }));
    const text = options.as ?? printValue(name, value, style);
    return { text, marks, bold: options.bold ?? false, breakable: kindOf(name) === "text" };
  };
  return {
    get,
    has: (name) => values.has(name) && !omitted.has(name),
    omit: (name) => void omitted.add(name),
    set: (name, value) => void values.set(name, value),
    show,
    item: (name, options = {}) => {
      const value: Text = omitted.has(name) ? [] : [show(name, options)];
      return { label: options.label ?? label(fieldSpecName(name)), value, wide: options.wide ?? false };
    },
    date: (iso) => printDate(iso, style.dateFormat),
    phone: (digits) => printPhone(digits, style),
  };
}

/** A normalized value in the document's formats. */
export function printValue(name: string, value: string, style: Style): string {
  const spec = fieldSpecName(name);
  if (spec === "drug.ndc") return style.ndcHyphens ? `${value.slice(0, 5)}-${value.slice(5, 9)}-${value.slice(9)}` : value;
  if (spec.endsWith(".phone") || spec.endsWith(".fax")) return printPhone(value, style);
  const kind = kindOf(name);
  if (kind === "date") return printDate(value, style.dateFormat);
  if (kind === "cents") return printCents(value);
  if (kind === "percent") return `${value}%`;
  if (kind === "name" && style.valuesUpper) return value.toUpperCase();
  return value;
}

function kindOf(name: string): FieldKind {
  const kind = KINDS.get(fieldSpecName(name));
  if (kind === undefined)
    throw new RangeError(`printing the field "${name}": mesh/fields.ts does not list it, it must be one of its names`);
  return kind;
}

/** Cents in text as dollars: `$1,234.56`. */
export function printCents(cents: string): string {
  const whole = cents.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `$${whole === "" ? "0" : whole}.${cents.slice(-2).padStart(2, "0")}`;
}

function printPhone(digits: string, style: Style): string {
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const forms = { parens: `(${area}) ${exchange}-${line}`, dashes: `${area}-${exchange}-${line}`, dots: `${area}.${exchange}.${line}` };
  return forms[style.phoneFormat];
}
