import type { Drug } from "../codes/drugs.ts";
import type { FieldCandidate } from "./candidate.ts";
import type { CodeBook } from "./code-book.ts";
import type { ResolvedField } from "./resolve.ts";

/** Marks the sightings that fit the drug the document is about: its NDC, HCPCS code, indications and strengths. */
export function withDrugAgreement(
  candidates: readonly FieldCandidate[],
  fields: readonly ResolvedField[],
  book: CodeBook,
): FieldCandidate[] {
  const drug = drugOf(fields, book);
  if (drug === undefined) return [...candidates];
  const fitting = new Set(candidates.filter((candidate) => fits(candidate, drug)));
  // The name alone proves nothing about itself: it needs one of its codes beside it.
  const coded = [...fitting].some((candidate) => candidate.name !== "drug.name" && candidate.name !== "drug.strength");
  return candidates.map((candidate) =>
    fitting.has(candidate) && (coded || candidate.name === "drug.strength") ? marked(candidate) : candidate,
  );
}

function drugOf(fields: readonly ResolvedField[], book: CodeBook): Drug | undefined {
  const valueOf = (name: string) => fields.find((field) => field.name === name)?.support.best.value ?? "";
  const name = valueOf("drug.name").toLowerCase();
  const named =
    book.drugs.find((drug) => drug.brand.toLowerCase() === name) ?? book.drugs.find((drug) => drug.generic.toLowerCase() === name);
  return named ?? book.drugByNdc.get(valueOf("drug.ndc"));
}

function fits({ name, value }: FieldCandidate, drug: Drug): boolean {
  if (name === "drug.name") return value === drug.brand || value === drug.generic;
  if (name === "drug.ndc") return value === drug.ndc;
  if (name.endsWith(".hcpcs")) return value === drug.hcpcs;
  if (name.endsWith(".icd10")) return drug.indications.includes(value);
  return name === "drug.strength" && drug.strengths.includes(value);
}

/** The sighting with the mark that another value confirms it. */
export function marked(candidate: FieldCandidate): FieldCandidate {
  return { ...candidate, evidence: { ...candidate.evidence, consistent: true } };
}
