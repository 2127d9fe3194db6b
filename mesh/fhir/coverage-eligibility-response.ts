import type {
  CoverageEligibilityResponse,
  CoverageEligibilityResponseInsurance,
  CoverageEligibilityResponseInsuranceItem,
  CoverageEligibilityResponseInsuranceItemBenefit,
} from "@medplum/fhirtypes";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { periodOf } from "./coverage.ts";
import type { FieldReader } from "./field-reader.ts";
import type { ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { optional, optionalList } from "./optional.ts";
import { procedureConcept } from "./service-item.ts";

/** https://terminology.hl7.org/CodeSystem-ex-benefitcategory.html: 1 is medical care. */
const BENEFIT_CATEGORY = "http://terminology.hl7.org/CodeSystem/ex-benefitcategory";
/** https://terminology.hl7.org/CodeSystem-benefit-type.html */
const BENEFIT_TYPE = "http://terminology.hl7.org/CodeSystem/benefit-type";
/** The R4 list has no out-of-pocket maximum. */
const OWN_BENEFIT_TYPE = "urn:payerhub:benefit-type";

type Benefit = CoverageEligibilityResponseInsuranceItemBenefit;

/** True for the types that become a CoverageEligibilityResponse. */
export function answersEligibility(type: DocumentType): boolean {
  return type === DocumentType.ELIGIBILITY_RESPONSE || type === DocumentType.BENEFIT_SUMMARY;
}

export function eligibilityPurposes(type: DocumentType): readonly ("validation" | "benefits")[] {
  return type === DocumentType.ELIGIBILITY_RESPONSE ? ["validation", "benefits"] : ["benefits"];
}

function moneyBenefit(type: { system: string; code: string }, fields: FieldReader, names: { allowed: string; used?: string }): Benefit[] {
  const allowed = fields.money(names.allowed);
  const used = names.used === undefined ? undefined : fields.money(names.used);
  if (allowed === undefined && used === undefined) return [];
  return [{ type: { coding: [type] }, ...optional("allowedMoney", allowed), ...optional("usedMoney", used) }];
}

function coinsurance(fields: FieldReader): Benefit[] {
  const percent = fields.decimal("benefit.coinsurance_percent");
  if (percent === undefined || percent < 0) return [];
  const type = { coding: [{ system: BENEFIT_TYPE, code: "copay-percent" }] };
  return [Number.isInteger(percent) ? { type, allowedUnsignedInt: percent } : { type, allowedString: String(percent) }];
}

function benefits(fields: FieldReader): Benefit[] {
  const deductible = { allowed: "benefit.deductible_cents", used: "benefit.deductible_met_cents" };
  return [
    ...moneyBenefit({ system: BENEFIT_TYPE, code: "deductible" }, fields, deductible),
    ...moneyBenefit({ system: OWN_BENEFIT_TYPE, code: "out-of-pocket-maximum" }, fields, { allowed: "benefit.out_of_pocket_max_cents" }),
    ...moneyBenefit({ system: BENEFIT_TYPE, code: "copay" }, fields, { allowed: "benefit.copay_cents" }),
    ...coinsurance(fields),
  ];
}

/** `yes` and `no` as a boolean; undefined for anything else. */
function yesNo(value: string | undefined): boolean | undefined {
  if (value === "yes") return true;
  return value === "no" ? false : undefined;
}

function items(fields: FieldReader): CoverageEligibilityResponseInsuranceItem[] {
  const authorizationRequired = yesNo(fields.text("benefit.prior_authorization_required"));
  const benefit = benefits(fields);
  const services = fields.groups("services").flatMap((group) => fields.text(`${group}.hcpcs`) ?? []);
  const plan: CoverageEligibilityResponseInsuranceItem[] =
    benefit.length === 0 && authorizationRequired === undefined
      ? []
      : [
          {
            category: { coding: [{ system: BENEFIT_CATEGORY, code: "1" }] },
            ...optionalList("benefit", benefit),
            ...optional("authorizationRequired", authorizationRequired),
          },
        ];
  return [...plan, ...services.map((code) => ({ productOrService: procedureConcept(code) }))];
}

function inforce(status: string | undefined): boolean | undefined {
  if (status === "active") return true;
  return status === "inactive" ? false : undefined;
}

/** A verified benefit: coverage in force or not, deductible, maximum, copay, coinsurance, and whether authorization is needed. */
export const coverageEligibilityResponse: ResourceMapper = {
  resourceType: "CoverageEligibilityResponse",
  roles: ({ understanding }) => (answersEligibility(understanding.type) ? ["eligibility-response"] : []),
  build: (role, source, link): CoverageEligibilityResponse => {
    const { fields } = source;
    const insurance: CoverageEligibilityResponseInsurance = {
      coverage: link.required("coverage"),
      ...optional("inforce", inforce(fields.text("eligibility.status"))),
      ...optional("benefitPeriod", periodOf(fields.date("coverage.effective_date"), fields.date("coverage.end_date"))),
      ...optionalList("item", items(fields)),
    };
    return {
      resourceType: "CoverageEligibilityResponse",
      id: resourceId(source.head.documentId, role),
      status: "active",
      purpose: [...eligibilityPurposes(source.understanding.type)],
      patient: link.required("patient"),
      created: fields.date("letter.date") ?? source.receivedAt,
      ...optional("requestor", link.optional("provider")),
      request: link.required("eligibility-request"),
      outcome: "complete",
      insurer: link.required("payer"),
      insurance: [insurance],
    };
  },
};
