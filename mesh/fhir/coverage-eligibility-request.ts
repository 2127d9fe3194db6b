import type { CoverageEligibilityRequest } from "@medplum/fhirtypes";
import type { ResourceMapper } from "./mapping.ts";
import { resourceId } from "./mapping.ts";
import { answersEligibility, eligibilityPurposes } from "./coverage-eligibility-response.ts";

/** The question that an eligibility response answers: R4 requires the response to name it. */
export const coverageEligibilityRequest: ResourceMapper = {
  resourceType: "CoverageEligibilityRequest",
  roles: ({ understanding }) => (answersEligibility(understanding.type) ? ["eligibility-request"] : []),
  build: (role, source, link): CoverageEligibilityRequest => ({
    resourceType: "CoverageEligibilityRequest",
    id: resourceId(source.head.documentId, role),
    status: "active",
    purpose: [...eligibilityPurposes(source.understanding.type)],
    patient: link.required("patient"),
    created: source.fields.date("request.date") ?? source.receivedAt,
    insurer: link.required("payer"),
    insurance: [{ focal: true, coverage: link.required("coverage") }],
  }),
};
