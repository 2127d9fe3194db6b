import type { Identifier, Organization } from "@medplum/fhirtypes";
import { PAYERS } from "../payers/directory.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";

const PAYER_SYSTEM = "urn:payerhub:payer";
const NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi";
/** https://terminology.hl7.org/CodeSystem-organization-type.html */
const ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type";

/** Words that a practice, pharmacy or hospital has in its name and a person has not. */
const ORGANIZATION_WORDS =
  /\b(associates|care|center|centre|clinic|clinics|group|health|hospital|hospitals|inc|infusion|laboratories|laboratory|labs?|llc|llp|medical|pharmacy|physicians|practice|rheumatology|services|specialists|system|university)\b/i;

/** True when a provider's name is that of an organization rather than of a person. */
export function isOrganizationName(name: string): boolean {
  return ORGANIZATION_WORDS.test(name);
}

function payerName(source: MappingSource): string | undefined {
  const { payerId } = source.understanding;
  return source.fields.text("payer.name") ?? PAYERS.find((payer) => payer.id === payerId)?.displayName;
}

function buildPayer(source: MappingSource): Omit<Organization, "resourceType" | "id"> {
  const { payerId } = source.understanding;
  const identifier: Identifier[] = payerId === "" ? [] : [{ system: PAYER_SYSTEM, value: payerId }];
  return {
    ...optionalList("identifier", identifier),
    type: [{ coding: [{ system: ORGANIZATION_TYPE, code: "pay" }] }],
    ...optional("name", payerName(source)),
  };
}

function buildProvider(source: MappingSource): Omit<Organization, "resourceType" | "id"> {
  const npi = source.fields.text("provider.npi");
  return {
    ...optionalList("identifier", npi === undefined ? [] : [{ system: NPI_SYSTEM, value: npi }]),
    type: [{ coding: [{ system: ORGANIZATION_TYPE, code: "prov" }] }],
    ...optional("name", source.fields.text("provider.name")),
    ...optionalList("telecom", providerTelecom(source)),
  };
}

/** Telephone and fax of the provider. */
export function providerTelecom(source: MappingSource): { system: "phone" | "fax"; value: string; use: "work" }[] {
  const points = [
    { system: "phone", value: source.fields.text("provider.phone"), use: "work" },
    { system: "fax", value: source.fields.text("provider.fax"), use: "work" },
  ] as const;
  return points.flatMap(({ system, value, use }) => (value === undefined ? [] : [{ system, value, use }]));
}

/** The payer, and the provider when its name is an organization's. */
export const organization: ResourceMapper = {
  resourceType: "Organization",
  roles: (source) => {
    const provider = source.fields.text("provider.name");
    return [
      ...(source.understanding.payerId !== "" || payerName(source) !== undefined ? ["payer"] : []),
      ...(provider !== undefined && isOrganizationName(provider) ? ["provider"] : []),
    ];
  },
  build: (role, source): Organization => ({
    resourceType: "Organization",
    id: resourceId(source.head.documentId, role),
    ...(role === "payer" ? buildPayer(source) : buildProvider(source)),
  }),
};
