import { isoDate } from "../work-clock.ts";

const DATE = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const DATE_TIME =
  /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d))?)?)?$/;
const INSTANT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Largest 32-bit integer: FHIR's `integer` is no wider. */
const MAX_INTEGER = 2_147_483_647;

const matches = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);
/** The pattern, and the day exists in that month. */
const calendar = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value) && (value.length < 10 || isoDate(value.slice(0, 10)) !== undefined);
const whole = (min: number) => (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= MAX_INTEGER;
const text = (value: unknown) => typeof value === "string" && /\S/.test(value) && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(value);
const uri = matches(/^\S+$/);

/** Checks by primitive type: https://hl7.org/fhir/R4/datatypes.html. */
export const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  base64Binary: matches(/^(\s*[A-Za-z0-9+/=]\s*)+$/),
  boolean: (value) => typeof value === "boolean",
  canonical: uri,
  code: matches(/^\S+(\s\S+)*$/),
  date: calendar(DATE),
  dateTime: calendar(DATE_TIME),
  decimal: (value) => typeof value === "number" && Number.isFinite(value),
  id: matches(/^[A-Za-z0-9\-.]{1,64}$/),
  instant: calendar(INSTANT),
  integer: whole(-MAX_INTEGER - 1),
  markdown: text,
  oid: matches(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/),
  positiveInt: whole(1),
  string: text,
  time: matches(/^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/),
  unsignedInt: whole(0),
  uri,
  url: uri,
  uuid: matches(UUID),
  xhtml: text,
};
