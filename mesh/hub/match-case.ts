import { derivedId } from "../../runtime/derived-id.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Collection, Versioned } from "../../runtime/store/store.ts";
import type { MemberCases } from "../store/cases.ts";
import type { CaseUpdate } from "./hub.ts";

/** Guarded writes of one member's list before the step is tried again as a whole. */
const MAX_CONFLICTS = 8;

/** Drugs are compared by their letters and digits. */
export function drugKey(drug: string): string {
  return drug.toLowerCase().replace(/[^a-z0-9]+/g, "");
}

type CaseLink = MemberCases["cases"][number];

/**
 * Which case a document belongs to, given the member's cases: the one about its drug; a case that has no drug yet takes it;
 * what names no drug goes to the first case. Undefined asks for a new case.
 */
export function chooseCase(known: readonly CaseLink[], drug: string): CaseLink | undefined {
  if (drug === "") return known[0];
  return known.find((link) => link.drug === drug) ?? known.find((link) => link.drug === "");
}

/**
 * Finds or opens the case of an update in the member's list. Ids are derived from tenant, payer and the member's blind
 * index (the document's id while the member is unknown), further cases of a member from the drug too, so that two processes
 * that open the same case at once open one.
 */
export async function matchCase(members: Collection<MemberCases>, update: CaseUpdate, signal: AbortSignal): Promise<string> {
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt += 1) {
    const found = await findMember(members, update, signal);
    const drug = drugKey(update.drug);
    const chosen = chooseCase(found?.value.cases ?? [], drug);
    const link = { caseId: chosen?.caseId ?? newCaseId(update, found, drug), drug: chosen?.drug || drug };
    const value = withLink(found?.value, update, link);
    if (found !== undefined && JSON.stringify(value) === JSON.stringify(found.value)) return link.caseId;
    if (await written(members, { update, found, value }, signal)) return link.caseId;
  }
  throw new PayerHubError("ABORTED", `matching a case: ${MAX_CONFLICTS} writes met a newer version, one must succeed`);
}

async function findMember(
  members: Collection<MemberCases>,
  update: CaseUpdate,
  signal: AbortSignal,
): Promise<Versioned<MemberCases> | undefined> {
  const { tenant, memberIndex, personIndex, payerId } = update;
  if (memberIndex !== undefined) {
    const known = await members.find(tenant, { index: "byMember", prefix: [memberIndex, payerId], limit: 1, signal });
    if (known.items[0] !== undefined) return known.items[0];
  }
  if (personIndex !== undefined) {
    const { items } = await members.find(tenant, { index: "byPerson", prefix: [personIndex], limit: 2, signal });
    // A name and a birth date that several members share identify nobody; nor do they when the member ids differ.
    const [only] = items;
    if (items.length === 1 && only !== undefined && (memberIndex === undefined || only.value.memberIndex === "")) return only;
  }
  const own = await members.get(tenant, memberKey(update), signal);
  return own;
}

function memberKey({ tenant, payerId, memberIndex, personIndex, documentId }: CaseUpdate): string {
  if (memberIndex !== undefined) return derivedId("member", tenant, payerId, memberIndex);
  if (personIndex !== undefined) return derivedId("person", tenant, personIndex);
  return derivedId("unknown-member", tenant, documentId);
}

function newCaseId(update: CaseUpdate, found: Versioned<MemberCases> | undefined, drug: string): string {
  const owner = found?.id ?? memberKey(update);
  return (found?.value.cases.length ?? 0) === 0 ? derivedId("case", owner) : derivedId("case", owner, drug);
}

function withLink(known: MemberCases | undefined, update: CaseUpdate, link: CaseLink): MemberCases {
  const links = known?.cases ?? [];
  const has = links.some(({ caseId }) => caseId === link.caseId);
  return {
    payerId: known === undefined || known.payerId === "" || known.memberIndex === "" ? update.payerId : known.payerId,
    memberIndex: known?.memberIndex || (update.memberIndex ?? ""),
    personIndex: known?.personIndex || (update.personIndex ?? ""),
    cases: has ? links.map((one) => (one.caseId === link.caseId ? link : one)) : [...links, link],
  };
}

interface Write {
  readonly update: CaseUpdate;
  readonly found: Versioned<MemberCases> | undefined;
  readonly value: MemberCases;
}

/** False when another writer was first and all must be read again. */
async function written(members: Collection<MemberCases>, { update, found, value }: Write, signal: AbortSignal): Promise<boolean> {
  try {
    if (found === undefined) await members.insert(update.tenant, memberKey(update), value, signal);
    else await members.update(update.tenant, found, value, signal);
    return true;
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "matching a case" });
    if (error.code === "ABORTED" || error.code === "ALREADY_EXISTS") return false;
    throw error;
  }
}
