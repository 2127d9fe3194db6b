import type { Practitioner } from "@medplum/fhirtypes";
import type { ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optionalList } from "./optional.ts";
import { isOrganizationName, providerTelecom } from "./organization.ts";

const NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi";

/** The prescriber or rendering provider, when the document names one and it is not an organization. */
export const practitioner: ResourceMapper = {
  resourceType: "Practitioner",
  roles: ({ fields }) => {
    const name = fields.text("provider.name");
    const named = name === undefined || !isOrganizationName(name);
    return named && fields.has("provider.name", "provider.npi", "provider.phone", "provider.fax") ? ["provider"] : [];
  },
  build: (role, source): Practitioner => {
    const npi = source.fields.text("provider.npi");
    const name = source.fields.text("provider.name");
    return {
      resourceType: "Practitioner",
      id: resourceId(source.head.documentId, role),
      ...optionalList("identifier", npi === undefined ? [] : [{ system: NPI_SYSTEM, value: npi }]),
      ...optionalList("name", name === undefined ? [] : [{ text: name }]),
      ...optionalList("telecom", providerTelecom(source)),
    };
  },
};
