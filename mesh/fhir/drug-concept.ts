import type { CodeableConcept } from "@medplum/fhirtypes";
import type { FieldReader } from "./field-reader.ts";
import { optional, optionalList } from "./optional.ts";

const NDC_SYSTEM = "http://hl7.org/fhir/sid/ndc";

/** Name with strength, and the NDC where known; undefined when the document names no drug. */
export function drugConcept(fields: FieldReader): CodeableConcept | undefined {
  const ndc = fields.text("drug.ndc");
  const words = [fields.text("drug.name"), fields.text("drug.strength")].filter((word) => word !== undefined);
  if (words.length === 0 && ndc === undefined) return undefined;
  return {
    ...optionalList("coding", ndc === undefined ? [] : [{ system: NDC_SYSTEM, code: ndc }]),
    ...optional("text", words.length === 0 ? undefined : words.join(" ")),
  };
}
