import { oneConfusionAway } from "./confusions.ts";
import type { FieldCandidate } from "./candidate.ts";
import type { CodeBook } from "./code-book.ts";
import { fieldSpecName } from "../fields.ts";
import { AMBIGUOUS } from "./parse-icd10.ts";
import { isNpi } from "./parse-npi.ts";

/** Positions in which two readings may differ for their mixtures to be tried: 2^4 texts. */
const MAX_DIFFERENCES = 4;

/** Says whether a code exists; codes without a check have none. */
type Exists = (code: string) => boolean;

/** Repairs codes that fail their check: from both readings together, then one look-alike away; only a sole survivor counts. */
export function repairCodes(candidates: readonly FieldCandidate[], book: CodeBook): FieldCandidate[] {
  return candidates.map((candidate) => {
    const check = checkOf(candidate.name, book);
    const settled = candidate.evidence.check === "passed" || candidate.steps.includes(AMBIGUOUS);
    return check === undefined || settled ? candidate : repaired(candidate, check);
  });
}

interface CodeCheck {
  readonly exists: Exists;
  /** A check digit lets one wrong code in ten pass: single substitutions would find a false one too often. */
  readonly listed: boolean;
}

function checkOf(name: string, book: CodeBook): CodeCheck | undefined {
  const spec = fieldSpecName(name);
  if (spec === "provider.npi") return { exists: isNpi, listed: false };
  if (spec === "drug.ndc") return { exists: (code) => book.drugByNdc.has(code), listed: true };
  if (spec === "diagnoses[].icd10") return { exists: (code) => book.diagnoses.has(code), listed: true };
  // CPT codes are on no list, so that a five-digit code must not be bent into a listed one.
  if (spec.endsWith(".hcpcs")) return { exists: (code) => /^[A-Z]/.test(code) && book.procedures.has(code), listed: true };
  return undefined;
}

function repaired(candidate: FieldCandidate, { exists, listed }: CodeCheck): FieldCandidate {
  const mixed = mixtures(candidate.value, candidate.otherValue).filter(exists);
  const found = mixed.length > 0 || !listed ? mixed : neighbors(candidate).filter(exists);
  const distinct = [...new Set(found)];
  const value = distinct[0];
  if (distinct.length !== 1 || value === undefined) return candidate;
  const step = mixed.length > 0 ? "both_readings" : "one_confusion";
  return { ...candidate, value, steps: [...candidate.steps, step], evidence: { ...candidate.evidence, check: "passed", repaired: true } };
}

function neighbors(candidate: FieldCandidate): string[] {
  if (/^\d{5}$/.test(candidate.value)) return [];
  return [candidate.value, candidate.otherValue].filter((value) => value !== "").flatMap(oneConfusionAway);
}

/** Every text that takes each differing character from one of two equally long readings. */
export function mixtures(a: string, b: string): string[] {
  if (a.length !== b.length || a === b) return [];
  const differing = [...a].flatMap((char, at) => (char === b[at] ? [] : [at]));
  if (differing.length > MAX_DIFFERENCES) return [];
  return differing.reduce<string[]>(
    (texts, at) => texts.flatMap((text) => [text, text.slice(0, at) + (b[at] ?? "") + text.slice(at + 1)]),
    [a],
  );
}
