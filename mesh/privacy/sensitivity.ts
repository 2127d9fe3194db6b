/** HL7 ActCode sensitivity labels that law treats apart. https://terminology.hl7.org/CodeSystem-v3-ActCode.html */
export type SensitivityLabel = "ETH" | "HIV" | "SDV";

/**
 * Label by ICD-10-CM code. ETH: substance use disorders, 42 CFR Part 2 (F10–F19 without nicotine, F17). HIV: B20, B97.35,
 * R75, Z21, O98.7. SDV: confirmed or suspected abuse, T74 and T76.
 */
const LABELS: readonly { readonly label: SensitivityLabel; readonly code: RegExp }[] = [
  { label: "ETH", code: /^F1[0-689]/ },
  { label: "HIV", code: /^(B20|B97\.?35|R75|Z21|O98\.?7)/ },
  { label: "SDV", code: /^T7[46]/ },
];

/** The label of a diagnosis, or undefined. */
export function sensitivityOf(icd10: string): SensitivityLabel | undefined {
  const code = icd10.toUpperCase();
  return LABELS.find((entry) => entry.code.test(code))?.label;
}
