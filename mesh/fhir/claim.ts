import type { Claim, ClaimDiagnosis, ClaimItem, ClaimRelated, ClaimSupportingInfo, CodeableConcept } from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { claimDiagnoses } from "./condition.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";
import { type ServiceItem, serviceItems } from "./service-item.ts";

/** https://terminology.hl7.org/CodeSystem-claim-type.html */
const CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type";
/** https://terminology.hl7.org/CodeSystem-processpriority.html */
const PRIORITY = "http://terminology.hl7.org/CodeSystem/processpriority";
/** https://terminology.hl7.org/CodeSystem-claiminformationcategory.html */
const INFORMATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/claiminformationcategory";
/** https://terminology.hl7.org/CodeSystem-ex-relatedclaimrelationship.html */
const RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship";
const CLAIM_NUMBER_SYSTEM = "urn:payerhub:claim-number";
const AUTHORIZATION_SYSTEM = "urn:payerhub:authorization-number";
const APPEAL_LEVEL_SYSTEM = "urn:payerhub:appeal-level";

const CLAIM_TYPES: ReadonlySet<DocumentType> = new Set<DocumentType>([
  DocumentType.PRIOR_AUTHORIZATION_REQUEST,
  DocumentType.DETERMINATION_LETTER,
  DocumentType.CLAIM_FORM,
  DocumentType.APPEAL_LETTER,
]);

/** True when the document's diagnoses stand in a Claim. */
export function hasClaim(type: DocumentType): boolean {
  return CLAIM_TYPES.has(type);
}

/** A drug without a procedure code is billed by a pharmacy; all else here is professional. */
export function claimType(source: MappingSource): CodeableConcept {
  const pharmacy = !source.fields.has("lines[0].hcpcs", "services[0].hcpcs") && source.fields.has("drug.name", "drug.ndc");
  return { coding: [{ system: CLAIM_TYPE, code: pharmacy ? "pharmacy" : "professional" }] };
}

function use({ understanding, fields }: MappingSource): Claim["use"] {
  if (understanding.type === DocumentType.CLAIM_FORM) return "claim";
  if (understanding.type !== DocumentType.APPEAL_LETTER) return "preauthorization";
  return fields.has("claim.number") ? "claim" : "preauthorization";
}

function created({ fields, receivedAt }: MappingSource): string {
  return fields.date("request.date") ?? fields.date("letter.date") ?? receivedAt;
}

function item(service: ServiceItem, source: MappingSource): ClaimItem {
  const { sequence, group, productOrService, quantity } = service;
  const charge = group === undefined ? undefined : source.fields.money(`${group}.charge_cents`);
  return {
    sequence,
    productOrService,
    ...optional("servicedDate", group === undefined ? undefined : source.fields.date(`${group}.service_date`)),
    ...optional("quantity", quantity),
    ...optional("net", charge),
  };
}

/** The claim or request that an appeal is about, by its payer number. */
function related({ understanding, fields }: MappingSource): ClaimRelated[] {
  if (understanding.type !== DocumentType.APPEAL_LETTER) return [];
  const claimNumber = fields.text("claim.number");
  const number = claimNumber ?? fields.text("authorization.number");
  if (number === undefined) return [];
  const system = claimNumber === undefined ? AUTHORIZATION_SYSTEM : CLAIM_NUMBER_SYSTEM;
  return [{ claim: { identifier: { system, value: number } }, relationship: { coding: [{ system: RELATIONSHIP, code: "prior" }] } }];
}

function supportingInfo({ understanding, fields }: MappingSource): ClaimSupportingInfo[] {
  if (understanding.type !== DocumentType.APPEAL_LETTER) return [];
  const texts = [fields.text("appeal.reason"), fields.text("denial.reason")].filter((text) => text !== undefined);
  const category = { coding: [{ system: INFORMATION_CATEGORY, code: "info" }] };
  return texts.map((valueString, index) => ({ sequence: index + 1, category, valueString }));
}

function insurance(source: MappingSource, coverage: Claim["insurance"][number]["coverage"]): Claim["insurance"] {
  const decided = source.understanding.type === DocumentType.DETERMINATION_LETTER;
  const number = decided ? undefined : source.fields.text("authorization.number");
  return [{ sequence: 1, focal: true, coverage, ...optionalList("preAuthRef", number === undefined ? [] : [number]) }];
}

function subType({ fields }: MappingSource): CodeableConcept | undefined {
  const level = fields.text("appeal.level");
  return level === undefined ? undefined : { coding: [{ system: APPEAL_LEVEL_SYSTEM, code: level }] };
}

function identifiers({ understanding, fields }: MappingSource): { system: string; value: string }[] {
  const value = understanding.type === DocumentType.APPEAL_LETTER ? undefined : fields.text("claim.number");
  return value === undefined ? [] : [{ system: CLAIM_NUMBER_SYSTEM, value }];
}

/**
 * The request a payer decides on: a prior authorization request (`preauthorization`), a bill (`claim`), an appeal against
 * an earlier one, or, on a determination letter, the request as the letter restates it.
 */
export const claim: ResourceMapper = {
  resourceType: "Claim",
  roles: ({ understanding }) => (hasClaim(understanding.type) ? ["claim"] : []),
  build: (role, source, link): Claim => {
    const { fields } = source;
    const diagnosis: ClaimDiagnosis[] = claimDiagnoses(fields);
    return {
      resourceType: "Claim",
      id: resourceId(source.head.documentId, role),
      ...optionalList("identifier", identifiers(source)),
      status: "active",
      type: claimType(source),
      ...optional("subType", subType(source)),
      use: use(source),
      patient: link.required("patient"),
      created: created(source),
      ...optional("insurer", link.optional("payer")),
      provider: link.required("provider"),
      priority: { coding: [{ system: PRIORITY, code: fields.text("request.urgency") === "expedited" ? "stat" : "normal" }] },
      ...optionalList("related", related(source)),
      ...optional("prescription", link.optional("medication-request")),
      ...optionalList("supportingInfo", supportingInfo(source)),
      ...optionalList("diagnosis", diagnosis),
      insurance: insurance(source, link.required("coverage")),
      ...optionalList(
        "item",
        serviceItems(fields).map((service) => item(service, source)),
      ),
      ...optional("total", fields.money("claim.total_charge_cents")),
    };
  },
};
