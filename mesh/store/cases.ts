import { z } from "zod";
import type { CollectionSpec } from "../../runtime/store/store.ts";

const caseRecord = z.strictObject({
  caseId: z.string(),
  payerId: z.string(),
  /** Latest hub event type, for example `prior_authorization.denied`. */
  state: z.string(),
  decision: z.string(),
  /** What to do next, and by when (ISO date). */
  workCode: z.string(),
  workText: z.string(),
  dueDate: z.string(),
  /** PHI: the body of a record is sealed, and nothing here is indexed. */
  patientName: z.string(),
  memberIdMasked: z.string(),
  drug: z.string(),
  adverseEventMention: z.boolean(),
  openedAtMs: z.number(),
  updatedAtMs: z.number(),
  /** Which entry the state comes from: when its document was received, and its id. Later entries win, in any order of arrival. */
  latest: z.strictObject({ receivedAtMs: z.number(), revision: z.number().int(), entryId: z.string() }),
});
export type CaseRecord = z.infer<typeof caseRecord>;

/** Cases of the embedded hub. */
export const cases: CollectionSpec<CaseRecord> = {
  name: "cases",
  schema: caseRecord,
  indexes: {
    byDue: (record) => [record.dueDate, record.openedAtMs],
    byUpdated: (record) => [record.updatedAtMs],
    byState: (record) => [record.state, record.updatedAtMs],
  },
};

const caseEntry = z.strictObject({
  caseId: z.string(),
  /** Hub event id or note id: the key under which an effect happens once. */
  entryId: z.string(),
  kind: z.enum(["event", "note"]),
  type: z.string(),
  documentId: z.string(),
  revision: z.number().int(),
  atMs: z.number(),
  text: z.string(),
});
export type CaseEntry = z.infer<typeof caseEntry>;

/** The timeline of a case, one record an entry. Id: the entry's. */
export const caseEntries: CollectionSpec<CaseEntry> = {
  name: "case_entries",
  schema: caseEntry,
  indexes: {
    byCase: (entry) => [entry.caseId, entry.atMs],
    byDocument: (entry) => [entry.documentId, entry.atMs],
  },
};

const memberCases = z.strictObject({
  payerId: z.string(),
  memberIndex: z.string(),
  personIndex: z.string(),
  /** First case first. The first one takes what names no drug. */
  cases: z.array(z.strictObject({ caseId: z.string(), drug: z.string() })),
});
export type MemberCases = z.infer<typeof memberCases>;

/** Which cases a member has: the one place where a document is matched to a case, under one version guard. */
export const membersCases: CollectionSpec<MemberCases> = {
  name: "member_cases",
  schema: memberCases,
  indexes: {
    byMember: (record) => (record.memberIndex === "" ? undefined : [record.memberIndex, record.payerId]),
    byPerson: (record) => (record.personIndex === "" ? undefined : [record.personIndex]),
  },
};
