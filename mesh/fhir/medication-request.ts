import type { MedicationRequest, MedicationRequestDispenseRequest } from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { absentConcept } from "./absent.ts";
import { drugConcept } from "./drug-concept.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";

const UCUM_SYSTEM = "http://unitsofmeasure.org";

function dispenseRequest({ fields }: MappingSource): MedicationRequestDispenseRequest | undefined {
  const quantity = fields.count("drug.quantity");
  const days = fields.count("drug.days_supply");
  const refills = fields.count("drug.refills");
  if (quantity === undefined && days === undefined && refills === undefined) return undefined;
  const supply = days === undefined ? undefined : { value: days, unit: "days", system: UCUM_SYSTEM, code: "d" };
  return {
    ...optional("numberOfRepeatsAllowed", refills),
    ...optional("quantity", quantity === undefined ? undefined : { value: quantity }),
    ...optional("expectedSupplyDuration", supply),
  };
}

/** The drug that the document is about: an order on prescriptions and requests, else what others propose or decided on. */
export const medicationRequest: ResourceMapper = {
  resourceType: "MedicationRequest",
  roles: ({ fields }) =>
    fields.has("drug.name", "drug.ndc", "drug.strength", "drug.quantity", "drug.days_supply", "drug.refills", "drug.directions")
      ? ["medication-request"]
      : [],
  build: (role, source, link): MedicationRequest => {
    const { fields, understanding } = source;
    const ordered = understanding.type === DocumentType.PRESCRIPTION || understanding.type === DocumentType.PRIOR_AUTHORIZATION_REQUEST;
    const directions = fields.text("drug.directions");
    return {
      resourceType: "MedicationRequest",
      id: resourceId(source.head.documentId, role),
      status: ordered ? "active" : "unknown",
      intent: ordered ? "order" : "proposal",
      medicationCodeableConcept: drugConcept(fields) ?? absentConcept(),
      subject: link.required("patient"),
      ...optional("authoredOn", fields.date("prescription.written_date")),
      ...optional("requester", link.optional("provider")),
      ...optionalList("insurance", [link.required("coverage")]),
      ...optionalList("dosageInstruction", directions === undefined ? [] : [{ text: directions }]),
      ...optional("dispenseRequest", dispenseRequest(source)),
    };
  },
};
