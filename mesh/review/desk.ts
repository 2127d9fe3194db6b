import { Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { OutgoingEvent } from "../../runtime/nats.ts";
import type { SealedObjects } from "../../runtime/objects/sealed.ts";
import type { Collection, FoundPage, Versioned } from "../../runtime/store/store.ts";
import type { World } from "../../runtime/world.ts";
import type { AuditTrail } from "../audit-trail.ts";
import type { AccessRequest, Authorize } from "../authorize.ts";
import { documentTypeName } from "../document-type-name.ts";
import { artefactKey } from "../stage.ts";
import type { DocumentRecord } from "../store/documents.ts";
import { eventRef, recordRef } from "../store/object-ref.ts";
import { type ReviewItem, reviewItemId } from "../store/reviews.ts";
import { type DocumentMove, headOf, moveDocument, publishMove, writeMove } from "./move-document.ts";
import { reviewView, type ReviewView } from "./review-view.ts";
import { applyVerdict, type Verdict } from "./verdict.ts";

/** How long a claimed item is kept for its reviewer without a word from them, in milliseconds. */
export const LEASE_MS = 10 * 60_000;
/** Most items on a page. */
const MAX_PAGE = 200;

export interface ReviewDeskDeps {
  readonly reviews: Collection<ReviewItem>;
  readonly documents: Collection<DocumentRecord>;
  readonly objects: SealedObjects;
  /** Puts an event on the document stream; a repeat of the same id is stored once. */
  readonly publish: (event: OutgoingEvent, signal: AbortSignal) => Promise<unknown>;
  readonly world: World;
  readonly audit: AuditTrail;
  readonly authorize: Authorize;
  /** Display mask of a field's value. */
  readonly mask: (name: string, value: string) => string;
}

/** Who asks, for which document, and why. */
export interface DeskRequest {
  readonly tenant: string;
  readonly documentId: string;
  readonly reviewer: string;
  /** HL7 PurposeOfUse code. */
  readonly purpose: string;
  readonly signal: AbortSignal;
}

export interface ListRequest {
  readonly tenant: string;
  readonly state: ReviewItem["state"];
  readonly documentType?: string;
  readonly payerId?: string;
  readonly limit: number;
  readonly after?: string;
  readonly signal: AbortSignal;
}

/** What people do with the queue. Every look and every verdict is audited before it takes effect. */
export interface ReviewDesk {
  /** Oldest first; holds no PHI. */
  list(request: ListRequest): Promise<FoundPage<ReviewItem>>;
  /** Values are masked unless revealed; both are audited. */
  show(request: DeskRequest & { readonly reveal: boolean }): Promise<ReviewView>;
  /** Takes or keeps the item for ten minutes. Throws ABORTED while somebody else has it. */
  claim(request: DeskRequest): Promise<ReviewItem>;
  /** Ends the review. Throws ABORTED when somebody else has the item or was first, FAILED_PRECONDITION when the document waits for no verdict. */
  settle(request: DeskRequest, verdict: Verdict): Promise<{ readonly revision: number; readonly state: string }>;
  /** Sends a quarantined or withheld document through the flow again from its start. */
  retry(request: DeskRequest): Promise<{ readonly revision: number }>;
}

export function createReviewDesk(deps: ReviewDeskDeps): ReviewDesk {
  return {
    list: async (request) => await list(deps, request),
    show: async (request) => {
      await permit(deps, request, request.reveal ? "reveal" : "show");
      const { item } = await find(deps, request);
      await audit(deps, request, request.reveal ? "review.reveal" : "review.show");
      const understanding = await deps.objects.readMessage(
        request.tenant,
        eventRef(item.value.understanding),
        Understanding,
        request.signal,
      );
      return reviewView(item.value, understanding, request.reveal ? (_name, value) => value : deps.mask);
    },
    claim: async (request) => {
      await permit(deps, request, "show");
      const { item } = await find(deps, request);
      assertFree(deps, item.value, request);
      const lease = { reviewer: request.reviewer, untilMs: deps.world.now() + LEASE_MS };
      const value: ReviewItem = { ...item.value, state: "claimed", lease };
      return (await deps.reviews.update(request.tenant, item, value, request.signal)).value;
    },
    settle: async (request, verdict) => {
      await permit(deps, request, "settle");
      const { item, document } = await find(deps, request);
      assertFree(deps, item.value, request);
      const work = { request, document: document.value, item: item.value };
      const move = verdict.outcome === "reject" ? rejection(deps, work) : await acceptance(deps, work, verdict);
      await audit(deps, request, `review.settle.${verdict.outcome}`);
      await writeMove(deps, { tenant: request.tenant, document, move }, request.signal);
      await close(deps, request, { item, outcome: verdict.outcome });
      await publishMove(deps, request.tenant, move, request.signal);
      return { revision: move.record.revision, state: move.record.state };
    },
    retry: async (request) => {
      await permit(deps, request, "retry");
      const document = await findDocument(deps, request);
      const { state } = document.value;
      if (state !== "quarantined" && state !== "withheld") {
        throw new PayerHubError(
          "FAILED_PRECONDITION",
          `retrying the document "${request.documentId}": it is ${state}, it must be quarantined or withheld`,
        );
      }
      await audit(deps, request, "review.retry");
      const revision = document.value.revision + 1;
      const head = headOf(request.tenant, document.value, revision);
      const facts = { state: "received" as const, reasons: [] };
      const move = moveDocument(deps.world, document.value, { head, event: { name: "received", message: { head } }, step: "retry", facts });
      await writeMove(deps, { tenant: request.tenant, document, move }, request.signal);
      await publishMove(deps, request.tenant, move, request.signal);
      return { revision };
    },
  };
}

async function list(deps: ReviewDeskDeps, request: ListRequest): Promise<FoundPage<ReviewItem>> {
  const { tenant, state, documentType, payerId, after, signal } = request;
  const limit = Math.min(Math.max(request.limit, 1), MAX_PAGE);
  const page = { limit, signal, ...(after === undefined ? {} : { after }) };
  if (documentType !== undefined) {
    const found = await deps.reviews.find(tenant, { index: "byType", prefix: [state, documentType], ...page });
    return payerId === undefined ? found : { ...found, items: found.items.filter(({ value }) => value.payerId === payerId) };
  }
  if (payerId !== undefined) return await deps.reviews.find(tenant, { index: "byPayer", prefix: [state, payerId], ...page });
  return await deps.reviews.find(tenant, { index: "byState", prefix: [state], ...page });
}

async function permit(deps: ReviewDeskDeps, request: DeskRequest, action: AccessRequest["action"]): Promise<void> {
  const { tenant, reviewer, purpose } = request;
  const reason = deps.authorize({ tenant, person: reviewer, purpose, action });
  if (reason === undefined) return;
  await audit(deps, request, `review.${action}.denied`);
  throw new PayerHubError(
    "PERMISSION_DENIED",
    `opening the document "${request.documentId}" for "${purpose.slice(0, 20)}": ${reason}, a granted purpose and role are required`,
  );
}

async function audit(deps: ReviewDeskDeps, { tenant, documentId, reviewer, purpose, signal }: DeskRequest, action: string): Promise<void> {
  const known = /^[A-Z]{3,10}$/.test(purpose) ? purpose : "unknown";
  const entry = { id: deps.world.uuid(), tenant, actor: `person:${reviewer}`, purpose: known, action, resource: `document/${documentId}` };
  await deps.audit.append({ ...entry, body: Buffer.from(action) }, signal);
}

async function findDocument(deps: ReviewDeskDeps, { tenant, documentId, signal }: DeskRequest): Promise<Versioned<DocumentRecord>> {
  const found = await deps.documents.get(tenant, documentId, signal);
  if (found === undefined)
    throw new PayerHubError("NOT_FOUND", `finding the document "${documentId}": there is none with this id, one is required`);
  return found;
}

async function find(
  deps: ReviewDeskDeps,
  request: DeskRequest,
): Promise<{ readonly item: Versioned<ReviewItem>; readonly document: Versioned<DocumentRecord> }> {
  const { tenant, documentId, signal } = request;
  const document = await findDocument(deps, request);
  const item = await deps.reviews.get(tenant, reviewItemId(documentId, document.value.revision), signal);
  if (item === undefined || document.value.state !== "in_review") {
    throw new PayerHubError(
      "FAILED_PRECONDITION",
      `opening the review of "${documentId}": the document is ${document.value.state}, it must be in_review`,
    );
  }
  return { item, document };
}

function assertFree(deps: ReviewDeskDeps, { lease }: ReviewItem, { reviewer, documentId }: DeskRequest): void {
  if (lease !== undefined && lease.reviewer !== reviewer && lease.untilMs > deps.world.now()) {
    throw new PayerHubError("ABORTED", `taking the review of "${documentId}": another reviewer has it, it must be free`);
  }
}

interface Work {
  readonly request: DeskRequest;
  readonly document: DocumentRecord;
  readonly item: ReviewItem;
}

/** Writes the corrected understanding and the correction itself under the next revision, and makes the move that leads there. */
async function acceptance(deps: ReviewDeskDeps, { request, document, item }: Work, verdict: Verdict): Promise<DocumentMove> {
  const { tenant, reviewer, signal } = request;
  const understanding = await deps.objects.readMessage(tenant, eventRef(item.understanding), Understanding, signal);
  const { corrected, corrections } = applyVerdict(understanding, verdict);
  const head = headOf(tenant, document, document.revision + 1);
  // A key of its own each time: of two reviewers who settle at once, the loser must not overwrite the winner's words.
  const owner = { ...head, run: deps.world.uuid().slice(0, 8) };
  const ref = await deps.objects.putMessage({ tenant, key: artefactKey(owner, "verdict.pb") }, Understanding, corrected, signal);
  const types = { typeBefore: documentTypeName(understanding.type), typeAfter: documentTypeName(corrected.type) };
  const change = { reviewer, atMs: deps.world.now(), fromRevision: document.revision, ...types, corrections };
  const bytes = Buffer.from(JSON.stringify(change));
  const correction = { tenant, key: artefactKey(owner, "correction.json"), contentType: "application/json" };
  await deps.objects.putBytes(correction, bytes, signal);
  const message = { head, understanding: ref, words: item.words.map(eventRef), images: item.images.map(eventRef), settledByPerson: true };
  const facts = {
    state: "understood" as const,
    settledByPerson: true,
    reasons: [],
    documentType: types.typeAfter,
    decision: corrected.decision,
    payerId: corrected.payerId,
    understanding: recordRef(ref),
  };
  return moveDocument(deps.world, document, { head, event: { name: "understood", message }, step: "verdict", facts });
}

function rejection(deps: ReviewDeskDeps, { request, document }: Work): DocumentMove {
  const head = headOf(request.tenant, document, document.revision);
  const reason = "rejected by reviewer";
  const message = { head, stage: "review", code: "FAILED_PRECONDITION", reason };
  const facts = { state: "quarantined" as const, reasons: [reason] };
  return moveDocument(deps.world, document, { head, event: { name: "quarantined", message }, step: "verdict", facts });
}

async function close(
  deps: ReviewDeskDeps,
  { tenant, reviewer, signal }: DeskRequest,
  { item, outcome }: { item: Versioned<ReviewItem>; outcome: Verdict["outcome"] },
): Promise<void> {
  const { lease: _lease, ...rest } = item.value;
  const value: ReviewItem = { ...rest, state: "settled", settled: { reviewer, atMs: deps.world.now(), outcome } };
  await deps.reviews.update(tenant, item, value, signal);
}
