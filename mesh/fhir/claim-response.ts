import type {
  ClaimResponse,
  ClaimResponseAddItem,
  ClaimResponseItem,
  ClaimResponseItemAdjudication,
  ClaimResponseProcessNote,
  Extension,
} from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { absentConcept } from "./absent.ts";
import { claimType } from "./claim.ts";
import { periodOf } from "./coverage.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";
import { serviceItems } from "./service-item.ts";

/** https://hl7.org/fhir/us/davinci-pas/: the decision of an item is its X12 review action, never `outcome`. */
const REVIEW_ACTION = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction";
const REVIEW_ACTION_CODE = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewActionCode";
const ITEM_PERIOD = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-itemPreAuthPeriod";
const X12_ACTIONS = "https://codesystem.x12.org/005010/306";
/** https://terminology.hl7.org/CodeSystem-adjudication.html */
const ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication";

/** A letter that approves part of a request does not say here which items, so a mixed decision has no code per item. */
export const REVIEW_ACTIONS: Readonly<Record<string, string>> = { approved: "A1", denied: "A3", pended: "A4", modified: "A6" };

function reviewAction({ understanding, fields }: MappingSource): Extension[] {
  const code = Object.hasOwn(REVIEW_ACTIONS, understanding.decision) ? REVIEW_ACTIONS[understanding.decision] : undefined;
  if (code === undefined) return [];
  const number = fields.text("authorization.number");
  const action: Extension = { url: REVIEW_ACTION_CODE, valueCodeableConcept: { coding: [{ system: X12_ACTIONS, code }] } };
  return [{ url: REVIEW_ACTION, extension: [action, ...(number === undefined ? [] : [{ url: "number", valueString: number }])] }];
}

function adjudication(source: MappingSource): ClaimResponseItemAdjudication {
  const reason = source.fields.text("denial.reason");
  return {
    ...optionalList("extension", reviewAction(source)),
    category: { coding: [{ system: ADJUDICATION, code: "submitted" }] },
    ...optional("reason", reason === undefined ? undefined : { text: reason }),
  };
}

function items(source: MappingSource): ClaimResponseItem[] {
  const period = authorizedPeriod(source);
  const extension = period === undefined ? [] : [{ url: ITEM_PERIOD, valuePeriod: period }];
  return sequences(source).map((itemSequence) => ({
    ...optionalList("extension", extension),
    itemSequence,
    adjudication: [adjudication(source)],
  }));
}

/** Items are those of the restated request; a letter that names no service still decides on one. */
function sequences(source: MappingSource): readonly number[] {
  const services = serviceItems(source.fields);
  return services.length === 0 ? [1] : services.map(({ sequence }) => sequence);
}

/** What was granted, where the letter states units: shown beside what was requested. */
function granted(source: MappingSource): ClaimResponseAddItem[] {
  const units = source.fields.count("authorization.units");
  if (units === undefined) return [];
  const [service] = serviceItems(source.fields);
  return [
    {
      itemSequence: [service?.sequence ?? 1],
      productOrService: service?.productOrService ?? absentConcept(),
      quantity: { value: units },
      adjudication: [{ category: { coding: [{ system: ADJUDICATION, code: "eligible" }] } }],
    },
  ];
}

function processNotes({ fields }: MappingSource): ClaimResponseProcessNote[] {
  const texts = [fields.text("denial.reason"), fields.text("pend.requested_information")].filter((text) => text !== undefined);
  return texts.map((text, index) => ({ number: index + 1, type: "display", text }));
}

function authorizedPeriod({ fields }: MappingSource) {
  return periodOf(fields.date("authorization.start_date"), fields.date("authorization.end_date"));
}

/**
 * A payer's determination. `outcome` says only that the payer answered; the decision stands per item. The authorization
 * number is written in both dialects: `preAuthRef`, and the review action's `number` as PAS 2.2.1 has it.
 */
export const claimResponse: ResourceMapper = {
  resourceType: "ClaimResponse",
  roles: ({ understanding }) => (understanding.type === DocumentType.DETERMINATION_LETTER ? ["claim-response"] : []),
  build: (role, source, link): ClaimResponse => {
    const { fields, understanding } = source;
    return {
      resourceType: "ClaimResponse",
      id: resourceId(source.head.documentId, role),
      status: understanding.decision === "cancelled" ? "cancelled" : "active",
      type: claimType(source),
      use: "preauthorization",
      patient: link.required("patient"),
      created: fields.date("letter.date") ?? source.receivedAt,
      insurer: link.required("payer"),
      ...optional("requestor", link.optional("provider")),
      ...optional("request", link.optional("claim")),
      outcome: "complete",
      ...optional("disposition", understanding.decision === "" ? undefined : understanding.decision),
      ...optional("preAuthRef", fields.text("authorization.number")),
      ...optional("preAuthPeriod", authorizedPeriod(source)),
      item: items(source),
      ...optionalList("addItem", granted(source)),
      ...optionalList("processNote", processNotes(source)),
      insurance: [{ sequence: 1, focal: true, coverage: link.required("coverage") }],
    };
  },
};
