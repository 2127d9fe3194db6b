import { DocumentType, type Field, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { documentTypeName, documentTypeOf } from "../document-type-name.ts";
import { FIELDS, type FieldKind, fieldSpecName } from "../fields.ts";
import { PAYERS } from "../payers/directory.ts";
import { PERSON_VERSION } from "../settled-by-person.ts";
import { isoDate } from "../work-clock.ts";

/** Longest value a person may enter, in characters. */
const MAX_VALUE_LENGTH = 500;
/** Fields that one verdict may change. */
const MAX_CHANGES = 500;

/** What a person says about a document. */
export interface Verdict {
  readonly outcome: "accept" | "reject";
  /** Type name such as `determination_letter`, when the machine's was wrong. */
  readonly documentType?: string;
  readonly decision?: string;
  /** Field name → right value; an empty value says that the page has no such field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One change of a verdict: PHI, so it is kept sealed only. */
export interface Correction {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  readonly page: number;
  readonly box: Field["box"];
  /** How the value before was found. */
  readonly method: string;
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map(FIELDS.map(({ name, kind }) => [name, kind]));
const DECISIONS: ReadonlySet<string> = new Set(["approved", "denied", "pended", "modified", "partially_approved", "cancelled", ""]);
const SHAPES: Readonly<Partial<Record<FieldKind, (value: string) => boolean>>> = {
  date: (value) => isoDate(value) !== undefined,
  cents: (value) => /^\d{1,12}$/.test(value),
  integer: (value) => /^\d{1,9}$/.test(value),
  decimal: (value) => /^-?\d{1,12}(\.\d{1,6})?$/.test(value),
  percent: (value) => /^\d{1,3}(\.\d{1,3})?$/.test(value),
};

/** The understanding after a verdict, and what it changed. Throws INVALID_ARGUMENT on an unknown field, type or decision, or on a value that is not of its field's kind. */
export function applyVerdict(
  understanding: Understanding,
  verdict: Verdict,
): { readonly corrected: Understanding; readonly corrections: readonly Correction[] } {
  const type = typeAfter(understanding, verdict);
  const decision = decisionAfter(understanding, verdict, type);
  const wanted = new Map(Object.entries(verdict.fields));
  if (type === DocumentType.DETERMINATION_LETTER && verdict.decision !== undefined) wanted.set("decision", verdict.decision);
  if (wanted.size > MAX_CHANGES) throw invalid("it changes too many fields", `at most ${MAX_CHANGES} are allowed`);
  for (const [name, value] of wanted) assertField(name, value);
  const before = new Map(understanding.fields.map((field) => [field.name, field]));
  const corrections = [...wanted].flatMap(([name, after]) => correction(before.get(name), name, after.trim()));
  const changed = new Map(corrections.map(({ field, after }) => [field, after]));
  const kept = understanding.fields.filter(({ name }) => !changed.has(name));
  const entered = [...changed].flatMap(([name, value]) => (value === "" ? [] : [personField(before.get(name), name, value)]));
  const fields = [...kept, ...entered];
  const present = new Set(fields.map(({ name }) => name));
  const corrected = Understanding.fromPartial({
    ...understanding,
    type,
    decision,
    fields,
    typeConfidence: type === understanding.type ? understanding.typeConfidence : 1,
    payerId: payerAfter(understanding.payerId, wanted.get("payer.name")),
    missingFields: understanding.missingFields.filter((name) => !present.has(name)),
    versions: [...understanding.versions.filter((version) => version !== PERSON_VERSION), PERSON_VERSION],
  });
  return { corrected, corrections };
}

function invalid(state: string, required: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `settling a review: ${state}, ${required}`);
}

function typeAfter(understanding: Understanding, { documentType }: Verdict): DocumentType {
  if (documentType === undefined) return understanding.type;
  const type = documentTypeOf(documentType);
  if (type === undefined || type === DocumentType.UNSPECIFIED) {
    throw invalid(
      `"${documentType.slice(0, 60)}" is no document type`,
      `one such as "${documentTypeName(DocumentType.CLAIM_FORM)}" is required`,
    );
  }
  return type;
}

function decisionAfter(understanding: Understanding, { decision, fields }: Verdict, type: DocumentType): string {
  const said = decision ?? fields["decision"] ?? understanding.decision;
  if (!DECISIONS.has(said)) throw invalid(`"${said.slice(0, 60)}" is no decision`, 'one such as "approved" is required');
  return type === DocumentType.DETERMINATION_LETTER ? said : "";
}

function assertField(name: string, value: string): void {
  const kind = /^[a-z_.]+(\[\d{1,3}\]\.[a-z0-9_]+)?[a-z0-9_]*$/.test(name) ? KINDS.get(fieldSpecName(name)) : undefined;
  if (kind === undefined) throw invalid(`"${name.slice(0, 60)}" is no field`, "a field of the catalogue is required");
  const text = value.trim();
  const right = text === "" || (text.length <= MAX_VALUE_LENGTH && !/\p{Cc}/u.test(text) && (SHAPES[kind]?.(text) ?? true));
  // The value itself may be PHI and stays out of the message.
  if (!right) throw invalid(`the value of "${name}" is not a ${kind}`, `a ${kind} is required`);
}

function correction(known: Field | undefined, field: string, after: string): readonly Correction[] {
  const before = known?.value ?? "";
  if (before === after) return [];
  return [{ field, before, after, page: known?.page ?? 0, box: known?.box, method: known?.method ?? "" }];
}

function personField(known: Field | undefined, name: string, value: string): Field {
  const empty = { rawText: "", page: 0, box: undefined, wordIndexes: [], required: false };
  return { ...(known ?? empty), name, value, confidence: 1, steps: [...(known?.steps ?? []), "corrected"], method: "person" };
}

function payerAfter(known: string, name: string | undefined): string {
  if (name === undefined) return known;
  const said = name.trim().toLowerCase();
  return (
    PAYERS.find((payer) => payer.id === said || [payer.displayName, ...payer.names].some((one) => one.toLowerCase() === said))?.id ?? ""
  );
}
