import { PayerHubError } from "../../runtime/error.ts";
import type { Collection, Versioned } from "../../runtime/store/store.ts";
import type { World } from "../../runtime/world.ts";
import type { CaseEntry, CaseRecord, MemberCases } from "../store/cases.ts";
import type { CaseUpdate, Hub } from "./hub.ts";
import { matchCase } from "./match-case.ts";

/** Guarded writes of one case before the step is tried again as a whole. */
const MAX_CONFLICTS = 8;

export interface EmbeddedHubDeps {
  readonly cases: Collection<CaseRecord>;
  readonly entries: Collection<CaseEntry>;
  readonly members: Collection<MemberCases>;
  readonly world: World;
}

/**
 * The hub of one machine: cases in the store. The timeline entry, whose id is the event's, fixes which case the event
 * belongs to; the case then folds it in. Each step may be repeated after a crash and ends in the same place.
 */
export function createEmbeddedHub(deps: EmbeddedHubDeps): Hub {
  return {
    upsertCase: async (update, signal) => {
      const entry = await entryOf(deps, update, signal);
      await fold(deps, entry, update, signal);
      return { caseId: entry.caseId };
    },
    addNote: async ({ tenant, caseId, noteId, text }, signal) => {
      if ((await deps.cases.get(tenant, caseId, signal)) === undefined) {
        throw new PayerHubError("NOT_FOUND", `adding a note to the case "${caseId}": there is no such case, an open one is required`);
      }
      const atMs = deps.world.now();
      const entry: CaseEntry = { caseId, entryId: noteId, kind: "note", type: "note", documentId: "", revision: 0, atMs, text };
      await insertOnce(deps.entries, tenant, entry, signal);
    },
  };
}

/** The entry as first written: a redelivery goes to the case that the first delivery chose, whatever was opened since. */
async function entryOf(deps: EmbeddedHubDeps, update: CaseUpdate, signal: AbortSignal): Promise<CaseEntry> {
  const { tenant, eventId, type, documentId, revision, receivedAtMs, work } = update;
  const known = await deps.entries.get(tenant, eventId, signal);
  if (known !== undefined) return known.value;
  const caseId = await matchCase(deps.members, update, signal);
  const entry: CaseEntry = { caseId, entryId: eventId, kind: "event", type, documentId, revision, atMs: receivedAtMs, text: work.text };
  return await insertOnce(deps.entries, tenant, entry, signal);
}

async function insertOnce(entries: Collection<CaseEntry>, tenant: string, entry: CaseEntry, signal: AbortSignal): Promise<CaseEntry> {
  try {
    return (await entries.insert(tenant, entry.entryId, entry, signal)).value;
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "adding to a case's timeline" });
    const first = error.code === "ALREADY_EXISTS" ? await entries.get(tenant, entry.entryId, signal) : undefined;
    if (first === undefined) throw error;
    return first.value;
  }
}

async function fold(deps: EmbeddedHubDeps, { caseId }: CaseEntry, update: CaseUpdate, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt += 1) {
    const known = await deps.cases.get(update.tenant, caseId, signal);
    const value = foldCase(known?.value, { caseId, update, nowMs: deps.world.now() });
    if (value === undefined || (await written(deps.cases, { update, caseId, known, value }, signal))) return;
  }
  throw new PayerHubError("ABORTED", `updating the case "${caseId}": ${MAX_CONFLICTS} writes met a newer version, one must succeed`);
}

interface CaseWrite {
  readonly update: CaseUpdate;
  readonly caseId: string;
  readonly known: Versioned<CaseRecord> | undefined;
  readonly value: CaseRecord;
}

async function written(
  collection: Collection<CaseRecord>,
  { update, caseId, known, value }: CaseWrite,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (known === undefined) await collection.insert(update.tenant, caseId, value, signal);
    else await collection.update(update.tenant, known, value, signal);
    return true;
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "updating a case" });
    if (error.code === "ABORTED" || error.code === "ALREADY_EXISTS") return false;
    throw error;
  }
}

/**
 * The case after an event. Events arrive in any order: state, decision and work come from the newest document, what is
 * known of the patient from whichever tells it, and an adverse event once mentioned stays. Undefined when nothing changes.
 */
export function foldCase(
  known: CaseRecord | undefined,
  { caseId, update, nowMs }: { readonly caseId: string; readonly update: CaseUpdate; readonly nowMs: number },
): CaseRecord | undefined {
  const latest = { receivedAtMs: update.receivedAtMs, revision: update.revision, entryId: update.eventId };
  const opened: CaseRecord = {
    caseId,
    payerId: update.payerId,
    ...latestOf(update),
    ...toldOf(update),
    adverseEventMention: update.adverseEventMention,
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
    latest,
  };
  if (known === undefined) return opened;
  const newer = isNewer(latest, known.latest);
  const folded: CaseRecord = {
    ...known,
    payerId: known.payerId || update.payerId,
    ...(newer ? { ...latestOf(update), latest } : {}),
    ...(newer ? merged(toldOf(update), toldOf(known)) : merged(toldOf(known), toldOf(update))),
    adverseEventMention: known.adverseEventMention || update.adverseEventMention,
  };
  return JSON.stringify(folded) === JSON.stringify(known) ? undefined : { ...folded, updatedAtMs: nowMs };
}

type Told = Pick<CaseRecord, "patientName" | "memberIdMasked" | "drug">;

function toldOf({ patientName, memberIdMasked, drug }: Told): Told {
  return { patientName, memberIdMasked, drug };
}

/** The first one's word, where it says something. */
function merged(first: Told, second: Told): Told {
  return {
    patientName: first.patientName || second.patientName,
    memberIdMasked: first.memberIdMasked || second.memberIdMasked,
    drug: first.drug || second.drug,
  };
}

type Latest = Pick<CaseRecord, "state" | "decision" | "workCode" | "workText" | "dueDate">;

function latestOf({ type, decision, work }: CaseUpdate): Latest {
  return { state: type, decision, workCode: work.code, workText: work.text, dueDate: work.dueDate };
}

function isNewer(left: CaseRecord["latest"], right: CaseRecord["latest"]): boolean {
  if (left.receivedAtMs !== right.receivedAtMs) return left.receivedAtMs > right.receivedAtMs;
  if (left.revision !== right.revision) return left.revision > right.revision;
  return left.entryId > right.entryId;
}
