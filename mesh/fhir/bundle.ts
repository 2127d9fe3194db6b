import type { Bundle, BundleEntry } from "@medplum/fhirtypes";
import type { Assessment, DocumentHead, Understanding } from "../../proto/document/v1/document.pb.ts";
import { claim } from "./claim.ts";
import { claimResponse } from "./claim-response.ts";
import { type Completeness, completenessOf } from "./completeness.ts";
import { condition } from "./condition.ts";
import { coverage } from "./coverage.ts";
import { coverageEligibilityRequest } from "./coverage-eligibility-request.ts";
import { coverageEligibilityResponse } from "./coverage-eligibility-response.ts";
import { diagnosticReport } from "./diagnostic-report.ts";
import { documentReference } from "./document-reference.ts";
import { explanationOfBenefit } from "./explanation-of-benefit.ts";
import { createLinker, mappingSource, type ResourceMapper, resourceId } from "./mapping.ts";
import { medicationRequest } from "./medication-request.ts";
import { observation } from "./observation.ts";
import { organization } from "./organization.ts";
import { patient } from "./patient.ts";
import { practitioner } from "./practitioner.ts";
import { buildProvenance } from "./provenance.ts";
import { task } from "./task.ts";

/** Resource types in the order in which a bundle lists them. Provenance comes last, because it points at all others. */
export const MAPPERS: readonly ResourceMapper[] = [
  patient,
  organization,
  practitioner,
  coverage,
  medicationRequest,
  condition,
  claim,
  claimResponse,
  coverageEligibilityRequest,
  coverageEligibilityResponse,
  explanationOfBenefit,
  diagnosticReport,
  observation,
  task,
  documentReference,
];

export interface MappedBundle {
  readonly bundle: Bundle;
  readonly completeness: Completeness;
}

/**
 * FHIR R4 Bundle (type `collection`) of one document: fullUrls are `urn:uuid` derived from the document's id and each
 * resource's role, every reference is closed within the bundle, and what FHIR requires and the document does not tell is
 * marked with data-absent-reason. Pure: the same input gives the same bundle.
 */
export function mapToBundle(understanding: Understanding, head: DocumentHead, assessment: Assessment): MappedBundle {
  const source = mappingSource(understanding, head, assessment);
  const planned = MAPPERS.flatMap((mapper) => mapper.roles(source).map((role) => ({ mapper, role })));
  const link = createLinker(head.documentId, new Set(planned.map(({ role }) => role)));
  const entries: BundleEntry[] = planned.map(({ mapper, role }) => ({
    fullUrl: link.url(role),
    resource: mapper.build(role, source, link),
  }));
  const completeness = completenessOf(understanding, entries);
  const provenance = { fullUrl: link.url("provenance"), resource: buildProvenance("provenance", source, link, completeness.located) };
  const bundle: Bundle = {
    resourceType: "Bundle",
    id: resourceId(head.documentId, "bundle"),
    type: "collection",
    timestamp: source.receivedAt,
    entry: [...entries, provenance],
  };
  return { bundle, completeness };
}
