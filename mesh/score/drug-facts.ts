import type { Drug } from "../codes/drugs.ts";
import type { FieldIndex } from "./field-index.ts";

/** What the code lists say about the drug that a document names. */
export interface DrugFacts {
  /** The named drug; undefined when none is named or it is not in the list. */
  readonly drug: Drug | undefined;
  /** Codes on the document that the list gives to another drug than the named one. */
  readonly contradictions: readonly ("drug.ndc" | "services[].hcpcs" | "lines[].hcpcs")[];
  /** Billing units of the largest usual dose, by HCPCS code, of every listed drug. */
  readonly unitsByCode: ReadonlyMap<string, number>;
  /** Share of the document's diagnoses that the drug is not usually given for; undefined when either is unknown. */
  readonly unusualDiagnoses: number | undefined;
}

export function drugFacts(fields: FieldIndex, drugs: readonly Drug[]): DrugFacts {
  const name = fields.text("drug.name");
  const drug = name === undefined ? undefined : findDrug(name, drugs);
  const unitsByCode = usualUnits(drugs);
  if (drug === undefined) return { drug, contradictions: [], unitsByCode, unusualDiagnoses: undefined };
  const ndc = fields.text("drug.ndc");
  const contradictions = new Set<DrugFacts["contradictions"][number]>();
  const others = drugs.filter((other) => other.generic !== drug.generic);
  if (ndc !== undefined && ndc !== drug.ndc && others.some((other) => other.ndc === ndc)) contradictions.add("drug.ndc");
  for (const spec of ["services[].hcpcs", "lines[].hcpcs"] as const) {
    const codes = fields.of(spec).map((field) => field.value);
    const own = codes.some((code) => code === drug.hcpcs);
    if (!own && codes.some((code) => others.some((other) => other.hcpcs === code))) contradictions.add(spec);
  }
  return { drug, contradictions: [...contradictions], unitsByCode, unusualDiagnoses: unusual(fields, drug) };
}

function usualUnits(drugs: readonly Drug[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const { hcpcs, hcpcsUnits } of drugs) {
    if (hcpcs !== undefined && hcpcsUnits !== undefined) units.set(hcpcs, Math.max(hcpcsUnits, units.get(hcpcs) ?? 0));
  }
  return units;
}

function unusual(fields: FieldIndex, drug: Drug): number | undefined {
  const codes = fields.of("diagnoses[].icd10").map((field) => field.value);
  if (codes.length === 0) return undefined;
  // Three characters name the disease; the rest names site and form, which labels leave open.
  const usual = new Set(drug.indications.map((code) => code.slice(0, 3)));
  return codes.filter((code) => !usual.has(code.slice(0, 3))).length / codes.length;
}

function findDrug(name: string, drugs: readonly Drug[]): Drug | undefined {
  const wanted = name.toLowerCase();
  return drugs.find((drug) => drug.brand.toLowerCase() === wanted) ?? drugs.find((drug) => drug.generic.toLowerCase() === wanted);
}
