import type { CodeableConcept, Quantity } from "@medplum/fhirtypes";
import { absentConcept } from "./absent.ts";
import type { FieldReader } from "./field-reader.ts";
import { drugConcept } from "./drug-concept.ts";

const HCPCS_SYSTEM = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
const CPT_SYSTEM = "http://www.ama-assn.org/go/cpt";

/** One requested, billed or decided service. `sequence` is the tracing key between request and answer. */
export interface ServiceItem {
  readonly sequence: number;
  /** Name prefix of the item's fields, for example `lines[0]`; undefined when the drug stands for the service. */
  readonly group: string | undefined;
  readonly productOrService: CodeableConcept;
  readonly quantity: Quantity | undefined;
}

/** A level II code starts with a letter (HCPCS); five digits, or four and a letter, are level I (CPT). */
export function procedureConcept(code: string | undefined): CodeableConcept {
  if (code === undefined) return absentConcept();
  return { coding: [{ system: /^[A-Z]/.test(code) ? HCPCS_SYSTEM : CPT_SYSTEM, code }] };
}

/** The services of a document: its lines, else its services, else the one drug; empty when it names none of them. */
export function serviceItems(fields: FieldReader): readonly ServiceItem[] {
  const lines = fields.groups("lines");
  const groups = lines.length > 0 ? lines : fields.groups("services");
  if (groups.length === 0) {
    const drug = drugConcept(fields);
    return drug === undefined ? [] : [{ sequence: 1, group: undefined, productOrService: drug, quantity: undefined }];
  }
  return groups.map((group, index) => {
    const units = fields.count(`${group}.units`);
    return {
      sequence: index + 1,
      group,
      productOrService: procedureConcept(fields.text(`${group}.hcpcs`)),
      quantity: units === undefined ? undefined : { value: units },
    };
  });
}
