import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DocumentType } from "../proto/document/v1/document.pb.ts";
import { loadCodeSets } from "./code-sets.ts";
import { type DocumentRequest, generateDocument, type GeneratedDocument } from "./generate.ts";
import { createRandom } from "./random.ts";
import type { Quality } from "./truth.ts";

/** Body size in points below which fax letters are not legible to everyone: the inbox promises outcomes, so it stays above. */
const LEGIBLE_SIZE = 10;

export interface InboxProgress {
  readonly done: number;
  readonly total: number;
  readonly fileName: string;
  readonly pages: number;
}

export interface InboxRequest {
  readonly seed: number | string;
  /** 16 when not given; the plan repeats with other seeds beyond its length. */
  readonly count?: number;
  readonly onProgress?: (progress: InboxProgress) => void;
  readonly signal?: AbortSignal;
}

type Plan = Omit<DocumentRequest, "seed" | "fileName" | "codes">;

const PDF: Quality = { resolution: "pdf", level: "clean", family: "fax" };
const FINE_CLEAN: Quality = { resolution: "fine", level: "clean", family: "fax" };
const FINE_MILD: Quality = { resolution: "fine", level: "mild", family: "fax" };
const STANDARD_BAD: Quality = { resolution: "standard", level: "bad", family: "fax" };
const SCAN_CLEAN: Quality = { resolution: "scan200", level: "clean", family: "scanner" };

/** The sample inbox: all ten types and one that is none, six payers, clean, mild and hard pages, five file formats. */
const PLANS: readonly Plan[] = [
  {
    type: DocumentType.DETERMINATION_LETTER,
    quality: FINE_CLEAN,
    payerId: "aetna",
    layout: "letter",
    extent: "long",
    decision: "approved",
  },
  { type: DocumentType.PRIOR_AUTHORIZATION_REQUEST, quality: FINE_MILD, payerId: "uhc", layout: "form", extent: "long" },
  { type: DocumentType.ELIGIBILITY_RESPONSE, quality: PDF, payerId: "bcbs", layout: "form", extent: "long" },
  { type: DocumentType.EXPLANATION_OF_BENEFIT, quality: FINE_CLEAN, payerId: "cigna", layout: "table", extent: "long" },
  { type: DocumentType.CLAIM_FORM, quality: SCAN_CLEAN, payerId: "anthem", layout: "form", format: "scan-pdf" },
  { type: DocumentType.DETERMINATION_LETTER, quality: FINE_MILD, payerId: "humana", layout: "form", extent: "long", decision: "denied" },
  { type: DocumentType.APPEAL_LETTER, quality: FINE_MILD, payerId: "aetna", layout: "letter", extent: "long" },
  { type: DocumentType.BENEFIT_SUMMARY, quality: PDF, payerId: "uhc", layout: "letter", extent: "long" },
  { type: DocumentType.MEDICAL_RECORD, quality: FINE_CLEAN, payerId: "cigna", layout: "form", extent: "long" },
  { type: DocumentType.PRESCRIPTION, quality: SCAN_CLEAN, payerId: "bcbs", layout: "form", format: "png" },
  { type: DocumentType.LAB_RESULT, quality: FINE_MILD, payerId: "anthem", layout: "table", extent: "long" },
  { type: DocumentType.DETERMINATION_LETTER, quality: FINE_CLEAN, payerId: "cigna", layout: "table", extent: "long", decision: "pended" },
  { type: DocumentType.PRIOR_AUTHORIZATION_REQUEST, quality: FINE_MILD, payerId: "humana", layout: "form", flaw: "npi-check-digit" },
  { type: DocumentType.EXPLANATION_OF_BENEFIT, quality: STANDARD_BAD, payerId: "anthem", layout: "form", flaw: "missing-field" },
  { type: DocumentType.ELIGIBILITY_RESPONSE, quality: FINE_MILD, payerId: "uhc", layout: "table", flaw: "two-member-ids" },
  { type: DocumentType.OTHER, quality: FINE_CLEAN, layout: "table" },
];

/** Generates the sample inbox. Deterministic; yields to the event loop between pages, so that a screen stays live. */
export async function generateInbox(request: InboxRequest): Promise<GeneratedDocument[]> {
  const codes = loadCodeSets();
  const total = request.count ?? PLANS.length;
  const documents: GeneratedDocument[] = [];
  for (let index = 0; index < total; index += 1) {
    request.signal?.throwIfAborted();
    const plan = PLANS[index % PLANS.length] as Plan;
    const seed = `${request.seed}/inbox-${index}`;
    const fileName = `fax-${String(index + 1).padStart(4, "0")}-${createRandom(seed).digits(6)}`;
    const document = await generateDocument({ ...plan, seed, minSize: LEGIBLE_SIZE, fileName, codes });
    documents.push(document);
    request.onProgress?.({ done: index + 1, total, fileName: document.fileName, pages: document.truth.pages.length });
    await setImmediate();
  }
  return documents;
}

export interface WriteRequest {
  /** Folder of the files that the product reads. */
  readonly inbox: string;
  /** Folder of the ground truth; must lie outside `inbox`, so that no product ever reads it. */
  readonly truth: string;
}

/** Writes documents and, elsewhere, their truth as `<file name>.json`. Existing files of the same names are replaced. */
export async function writeInbox(documents: readonly GeneratedDocument[], folders: WriteRequest): Promise<void> {
  await mkdir(folders.inbox, { recursive: true });
  await mkdir(folders.truth, { recursive: true });
  for (const document of documents) {
    await writeFile(join(folders.inbox, document.fileName), document.bytes);
    await writeFile(join(folders.truth, `${document.fileName}.json`), `${JSON.stringify(document.truth)}\n`);
  }
}
