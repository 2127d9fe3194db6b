import type { Observation, Quantity } from "@medplum/fhirtypes";
import { absentConcept } from "./absent.ts";
import type { FieldReader } from "./field-reader.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId, roleNumber } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";

/** https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html */
const INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
/** https://terminology.hl7.org/CodeSystem-observation-category.html */
const CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category";

export const INTERPRETATIONS: Readonly<Record<string, string>> = { normal: "N", high: "H", low: "L" };

function quantity(group: string, fields: FieldReader): Quantity | undefined {
  const value = fields.decimal(`${group}.value`);
  const unit = fields.text(`${group}.unit`);
  return value === undefined && unit === undefined ? undefined : { ...optional("value", value), ...optional("unit", unit) };
}

function interpretation(group: string, fields: FieldReader) {
  const flag = fields.text(`${group}.flag`) ?? "";
  const code = Object.hasOwn(INTERPRETATIONS, flag) ? INTERPRETATIONS[flag] : undefined;
  return code === undefined ? [] : [{ coding: [{ system: INTERPRETATION, code }] }];
}

/** Roles of the document's laboratory results, in order. */
export function observationRoles({ fields }: MappingSource): readonly string[] {
  return fields.groups("results").map((_group, index) => `observation-${index}`);
}

/** One laboratory result. */
export const observation: ResourceMapper = {
  resourceType: "Observation",
  roles: observationRoles,
  build: (role, source, link): Observation => {
    const { fields } = source;
    const group = fields.groups("results")[roleNumber(role)] ?? "";
    const test = fields.text(`${group}.test`);
    return {
      resourceType: "Observation",
      id: resourceId(source.head.documentId, role),
      status: "final",
      category: [{ coding: [{ system: CATEGORY, code: "laboratory" }] }],
      code: test === undefined ? absentConcept() : { text: test },
      subject: link.required("patient"),
      ...optional("effectiveDateTime", fields.date("lab.collected_date")),
      ...optional("valueQuantity", quantity(group, fields)),
      ...optionalList("interpretation", interpretation(group, fields)),
    };
  },
};
