import type { CodeableConcept, Extension, Reference } from "@medplum/fhirtypes";

const DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

function unknown(): Extension[] {
  return [{ url: DATA_ABSENT_REASON, valueCode: "unknown" }];
}

/** A required reference to something that the document does not name. */
export function absentReference(): Reference<never> {
  return { extension: unknown() };
}

/** A required concept that the document does not state. */
export function absentConcept(): CodeableConcept {
  return { extension: unknown() };
}
