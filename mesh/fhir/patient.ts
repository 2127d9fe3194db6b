import type { ContactPoint, Identifier, Patient } from "@medplum/fhirtypes";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";

/** https://terminology.hl7.org/CodeSystem-v2-0203.html: MB is the member number. */
const IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203";

/** Payers publish no system for their member numbers, so each payer has one of ours. */
export function memberSystem(payerId: string): string {
  return `urn:payerhub:payer:${payerId === "" ? "unknown" : payerId}:member`;
}

function memberIdentifier(source: MappingSource): Identifier[] {
  const value = source.fields.text("member.id");
  if (value === undefined) return [];
  const type = { coding: [{ system: IDENTIFIER_TYPE, code: "MB" }] };
  return [{ use: "official", type, system: memberSystem(source.understanding.payerId), value }];
}

function phone(source: MappingSource): ContactPoint[] {
  const value = source.fields.text("member.phone");
  return value === undefined ? [] : [{ system: "phone", value }];
}

/** The member. Always present: what the document does not tell is left out. */
export const patient: ResourceMapper = {
  resourceType: "Patient",
  roles: () => ["patient"],
  build: (role, source): Patient => {
    const name = source.fields.text("member.name");
    return {
      resourceType: "Patient",
      id: resourceId(source.head.documentId, role),
      ...optionalList("identifier", memberIdentifier(source)),
      ...optionalList("name", name === undefined ? [] : [{ text: name }]),
      ...optionalList("telecom", phone(source)),
      ...optional("birthDate", source.fields.date("member.date_of_birth")),
    };
  },
};
