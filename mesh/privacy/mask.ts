import { FIELDS, type FieldKind, fieldSpecName } from "../fields.ts";

const DOT = "•";
/** Longest row of dots: a mask does not tell how long a value is beyond this. */
const MAX_DOTS = 6;

const PHI_KINDS: ReadonlyMap<string, FieldKind> = new Map(FIELDS.filter(({ phi }) => phi).map(({ name, kind }) => [name, kind]));
const BY_KIND: Readonly<Record<FieldKind, (value: string) => string>> = {
  code: maskId,
  date: maskDate,
  cents: maskAll,
  percent: maskAll,
  integer: maskAll,
  decimal: maskAll,
  name: maskName,
  text: maskAll,
  choice: maskAll,
};

/** `W284716093` → `••••••6093`. Of an id of up to eight characters nothing is shown. */
export function maskId(value: string): string {
  return value.length <= 8 ? maskAll(value) : DOT.repeat(MAX_DOTS) + value.slice(-4);
}

/** `Maren Okafor` → `M. O.`, at most four initials. */
export function maskName(value: string): string {
  const initials = value.match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? [];
  return initials.length === 0
    ? maskAll(value)
    : initials
        .slice(0, 4)
        .map((word) => `${[...word][0]?.toUpperCase() ?? ""}.`)
        .join(" ");
}

/** `1984-07-19` → `1984-••-••`. */
export function maskDate(value: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value.slice(0, 4)}-${DOT.repeat(2)}-${DOT.repeat(2)}` : maskAll(value);
}

export function maskAll(value: string): string {
  return value === "" ? "" : DOT.repeat(MAX_DOTS);
}

/** A field's value as it may be shown without a purpose: as it is when the catalogue says that it is no PHI, else masked. */
export function maskField(name: string, value: string): string {
  const spec = fieldSpecName(name);
  const kind = PHI_KINDS.get(spec);
  if (kind !== undefined) return BY_KIND[kind](value);
  return FIELDS.some((field) => field.name === spec) ? value : maskAll(value);
}
