import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import { appealLetter } from "./appeal-letter.ts";
import { benefitSummary } from "./benefit-summary.ts";
import { claimForm } from "./claim-form.ts";
import { determinationLetter } from "./determination-letter.ts";
import type { DocumentKind } from "./draft.ts";
import { eligibilityResponse } from "./eligibility-response.ts";
import { explanationOfBenefit } from "./explanation-of-benefit.ts";
import { labResult } from "./lab-result.ts";
import { medicalRecord } from "./medical-record.ts";
import { otherNotice } from "./other-notice.ts";
import { prescription } from "./prescription.ts";
import { priorAuthorizationRequest } from "./prior-authorization-request.ts";

/** Every document kind the corpus can write, by type number. */
export const KINDS: readonly DocumentKind[] = [
  priorAuthorizationRequest,
  determinationLetter,
  eligibilityResponse,
  claimForm,
  explanationOfBenefit,
  appealLetter,
  benefitSummary,
  medicalRecord,
  prescription,
  labResult,
  otherNotice,
];

/** The kind of a type. Throws RangeError on a type that no kind writes. */
export function kindOf(type: DocumentType): DocumentKind {
  const kind = KINDS.find((one) => one.type === type);
  if (kind === undefined)
    throw new RangeError(`writing a document of type "${type}": no kind writes it, it must be 1 to ${DocumentType.OTHER}`);
  return kind;
}
