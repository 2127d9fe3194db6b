import type {
  ExplanationOfBenefit,
  ExplanationOfBenefitItem,
  ExplanationOfBenefitItemAdjudication,
  ExplanationOfBenefitTotal,
  Money,
} from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { claimType } from "./claim.ts";
import { claimDiagnoses } from "./condition.ts";
import { periodOf } from "./coverage.ts";
import type { FieldReader } from "./field-reader.ts";
import type { MappingSource, ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";
import { type ServiceItem, serviceItems } from "./service-item.ts";

/** https://terminology.hl7.org/CodeSystem-adjudication.html */
const ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication";
/** http://hl7.org/fhir/us/carin-bb/: what the member owes. */
const CARIN_ADJUDICATION = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication";
const CARC_SYSTEM = "https://x12.org/codes/claim-adjustment-reason-codes";
const CLAIM_NUMBER_SYSTEM = "urn:payerhub:claim-number";

function category(code: string, system = ADJUDICATION) {
  return { coding: [{ system, code }] };
}

function lineAdjudications(group: string, fields: FieldReader): ExplanationOfBenefitItemAdjudication[] {
  const amounts = [
    ["submitted", fields.money(`${group}.charge_cents`)],
    ["eligible", fields.money(`${group}.allowed_cents`)],
    ["benefit", fields.money(`${group}.paid_cents`)],
  ] as const;
  const found = amounts.flatMap(([code, amount]) => (amount === undefined ? [] : [{ category: category(code), amount }]));
  const carc = fields.text(`${group}.carc`);
  if (carc === undefined) return found;
  return [...found, { category: category("benefit"), reason: { coding: [{ system: CARC_SYSTEM, code: carc }] } }];
}

function item({ sequence, group, productOrService, quantity }: ServiceItem, fields: FieldReader): ExplanationOfBenefitItem {
  return {
    sequence,
    productOrService,
    ...optional("servicedDate", group === undefined ? undefined : fields.date(`${group}.service_date`)),
    ...optional("quantity", quantity),
    ...optionalList("adjudication", group === undefined ? [] : lineAdjudications(group, fields)),
  };
}

function totals(fields: FieldReader): ExplanationOfBenefitTotal[] {
  const rows: readonly (readonly [string, string, Money | undefined])[] = [
    [ADJUDICATION, "submitted", fields.money("claim.total_charge_cents")],
    [ADJUDICATION, "eligible", fields.money("claim.total_allowed_cents")],
    [ADJUDICATION, "benefit", fields.money("claim.total_paid_cents")],
    [CARIN_ADJUDICATION, "memberliability", fields.money("claim.patient_responsibility_cents")],
  ];
  return rows.flatMap(([system, code, amount]) => (amount === undefined ? [] : [{ category: category(code, system), amount }]));
}

function preAuthorization({ fields }: MappingSource) {
  const number = fields.text("authorization.number");
  const period = periodOf(fields.date("authorization.start_date"), fields.date("authorization.end_date"));
  return {
    ...optionalList("preAuthRef", number === undefined ? [] : [number]),
    ...optionalList("preAuthRefPeriod", period === undefined ? [] : [period]),
  };
}

function payment({ fields }: MappingSource) {
  const amount = fields.money("claim.total_paid_cents");
  return amount === undefined ? undefined : { amount };
}

/** What a payer paid on a claim and why, line by line, with the totals. */
export const explanationOfBenefit: ResourceMapper = {
  resourceType: "ExplanationOfBenefit",
  roles: ({ understanding }) => (understanding.type === DocumentType.EXPLANATION_OF_BENEFIT ? ["explanation-of-benefit"] : []),
  build: (role, source, link): ExplanationOfBenefit => {
    const { fields } = source;
    const claimNumber = fields.text("claim.number");
    return {
      resourceType: "ExplanationOfBenefit",
      id: resourceId(source.head.documentId, role),
      ...optionalList("identifier", claimNumber === undefined ? [] : [{ system: CLAIM_NUMBER_SYSTEM, value: claimNumber }]),
      status: "active",
      type: claimType(source),
      use: "claim",
      patient: link.required("patient"),
      created: fields.date("letter.date") ?? source.receivedAt,
      insurer: link.required("payer"),
      provider: link.required("provider"),
      ...optional("prescription", link.optional("medication-request")),
      ...preAuthorization(source),
      outcome: "complete",
      ...optional("disposition", fields.text("denial.reason")),
      ...optionalList("diagnosis", claimDiagnoses(fields)),
      insurance: [{ focal: true, coverage: link.required("coverage") }],
      ...optionalList(
        "item",
        serviceItems(fields).map((service) => item(service, fields)),
      ),
      ...optionalList("total", totals(fields)),
      ...optional("payment", payment(source)),
    };
  },
};
