import { type Assessment, Decision, DocumentHead, DocumentType, Understanding } from "../../proto/document/v1/document.pb.ts";
import { ACTED_ON, ACTED_ON_BY_DECISION } from "../../mesh/fields.ts";

/** Made-up values that are right for each field; nobody's. */
const VALUES: Readonly<Record<string, string>> = {
  "member.name": "Maren Okafor",
  "member.id": "W284716093",
  "member.date_of_birth": "1984-07-19",
  "payer.name": "Aetna",
  "provider.npi": "1245319599",
  "provider.name": "Tobias Lindqvist",
  "drug.name": "Zelvaria",
  "drug.strength": "40 mg",
  "drug.quantity": "2",
  "diagnoses[0].icd10": "M05.79",
  "services[0].hcpcs": "J3590",
  "request.urgency": "standard",
  "letter.date": "2026-03-02",
  decision: "approved",
  "denial.reason": "Step therapy was not met",
  "authorization.number": "PA00917345",
  "authorization.start_date": "2026-03-02",
  "authorization.end_date": "2027-03-01",
  "pend.requested_information": "Chart notes of the last six months",
  "appeal.deadline_date": "2026-08-29",
  "appeal.level": "first",
  "eligibility.status": "active",
  "coverage.effective_date": "2026-01-01",
  "group.number": "0088412",
  "plan.name": "Choice POS II",
  "benefit.deductible_cents": "150000",
  "benefit.out_of_pocket_max_cents": "600000",
  "claim.number": "E260302114",
  "claim.total_charge_cents": "250050",
  "claim.total_paid_cents": "180000",
  "claim.patient_responsibility_cents": "20000",
  "lines[0].hcpcs": "96413",
  "lines[0].charge_cents": "250050",
  "lines[0].paid_cents": "180000",
  "encounter.date": "2026-02-11",
  "prescription.written_date": "2026-02-14",
  "lab.accession": "L26-004417",
  "lab.collected_date": "2026-02-20",
  "results[0].test": "Hemoglobin",
  "results[0].value": "13.2",
};

/** A clean document of a type, with every field that the hub acts on: for the tests of the stages. */
export function sampleUnderstanding(type: DocumentType, values: Readonly<Record<string, string>> = {}): Understanding {
  const decision = type === DocumentType.DETERMINATION_LETTER ? (values["decision"] ?? "approved") : "";
  const names = [...(ACTED_ON[type] ?? []), ...(ACTED_ON_BY_DECISION[decision] ?? [])].map((name) => name.replace("[]", "[0]"));
  const all = { ...Object.fromEntries(names.map((name) => [name, VALUES[name] ?? ""])), ...values };
  const fields = Object.entries(all).map(([name, value]) => ({
    name,
    value,
    rawText: value,
    confidence: 0.97,
    page: 1,
    box: { x0: 10, y0: 20, x1: 210, y1: 44 },
    method: "rule",
  }));
  return Understanding.fromPartial({
    type,
    typeConfidence: 0.99,
    decision,
    payerId: "aetna",
    language: "en",
    versions: ["understand@1"],
    fields: fields.filter(({ value }) => value !== ""),
  });
}

/** Head of that document. */
export function sampleHead(documentId = "0d9f5c1e-6b0a-4c0e-9a55-1f2e3d4c5b6a", revision = 1): DocumentHead {
  return DocumentHead.fromPartial({
    tenant: "acme",
    documentId,
    revision,
    receivedAtMs: BigInt(Date.parse("2026-03-10T15:00:00Z")),
    sourceSha256: "ab".repeat(32),
    original: { key: `acme/${documentId}/original`, sha256: "cd".repeat(32), sizeBytes: 5_000n, contentType: "image/tiff" },
    manifest: { key: `acme/${documentId}/manifest`, sha256: "ef".repeat(32), sizeBytes: 300n, contentType: "application/x-protobuf" },
  });
}

/** Assessment of a document that passed. */
export function sampleAssessment(): Assessment {
  return {
    decision: Decision.ACCEPT,
    confidence: 0.96,
    reasons: [],
    isolationForestScore: 0.4,
    autoencoderError: 0.1,
    ruleHits: [],
    versions: ["score@1"],
  };
}

/** The ten types, without unspecified. */
export const SAMPLE_TYPES: readonly DocumentType[] = Object.values(DocumentType).filter((type) => type !== DocumentType.UNSPECIFIED);
