import type { Truth } from "../../corpus/truth.ts";
import { fieldSpecName } from "../../mesh/fields.ts";
import { requiredFields } from "../../mesh/understand/required-fields.ts";
import type { Field, Understanding } from "../../proto/document/v1/document.pb.ts";
import { isHeldOut } from "./held-out.ts";
import { kindOf, sameValue } from "../same-value.ts";

/** Lists whose order says nothing: a code is right when the document prints it at all. */
const UNORDERED: ReadonlySet<string> = new Set(["diagnoses[].icd10", "services[].hcpcs"]);

/** One printed field and what became of it. */
export interface JudgedField {
  readonly name: string;
  readonly code: boolean;
  readonly exact: boolean;
  /** Stated by understanding; undefined when nothing was found. */
  readonly confidence: number | undefined;
}

/** A document measured against its truth. */
export interface Judged {
  readonly quality: Truth["quality"];
  /** Of a font, layout or channel that the models' training never saw. */
  readonly heldOut: boolean;
  readonly documentType: number;
  readonly typeRight: boolean;
  readonly fields: readonly JudgedField[];
  /** Fields that a hub would act on, as understanding has them. */
  readonly actedOn: number;
  readonly actedOnWrong: number;
}

/** Compares every printed field, and every field a hub would act on, with the truth. */
export function judge(understanding: Understanding, truth: Truth): Judged {
  const printed = new Map<string, string[]>();
  for (const field of truth.fields) printed.set(keyOf(field.name), [...(printed.get(keyOf(field.name)) ?? []), field.value]);
  const names = [...new Set(truth.fields.map((field) => field.name))];
  const required = new Set(requiredFields(understanding.type, understanding.decision));
  const acted = understanding.fields.filter((field) => required.has(fieldSpecName(field.name)));
  return {
    quality: truth.quality,
    heldOut: isHeldOut(truth),
    documentType: truth.documentType,
    typeRight: understanding.type === truth.documentType,
    fields: names.map((name) => judgeField(name, truth, understanding.fields)),
    actedOn: acted.length,
    actedOnWrong: acted.filter((field) => !isPrinted(field, printed)).length,
  };
}

/** A field of a document that is in truth of another type is wrong too: the hub would act on the wrong thing. */
function isPrinted(field: Field, printed: ReadonlyMap<string, readonly string[]>): boolean {
  return (printed.get(keyOf(field.name)) ?? []).some((value) => sameValue(field.name, field.value, value));
}

function judgeField(name: string, truth: Truth, fields: readonly Field[]): JudgedField {
  const value = truth.fields.find((field) => field.name === name)?.value ?? "";
  const same = fields.filter((field) => keyOf(field.name) === keyOf(name));
  const found = same.find((field) => sameValue(name, field.value, value)) ?? same[0];
  return {
    name,
    code: kindOf(name) === "code",
    exact: found !== undefined && sameValue(name, found.value, value),
    confidence: found?.confidence,
  };
}

function keyOf(name: string): string {
  const spec = fieldSpecName(name);
  return UNORDERED.has(spec) ? spec : name;
}
