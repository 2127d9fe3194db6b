import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openSampleHome, type SampleHome } from "../../test/samples/home.ts";
import { type CaseRecord, caseEntries, cases, membersCases } from "../store/cases.ts";
import { createEmbeddedHub, foldCase } from "./embedded.ts";
import type { CaseUpdate } from "./hub.ts";
import { chooseCase, drugKey } from "./match-case.ts";

const UPDATE: CaseUpdate = {
  tenant: "acme",
  eventId: "e1",
  type: "prior_authorization.approved",
  documentId: "d1",
  revision: 1,
  receivedAtMs: 1000,
  payerId: "aetna",
  decision: "approved",
  memberIndex: "m1",
  personIndex: "p1",
  patientName: "Maren Okafor",
  memberIdMasked: "••••••6093",
  drug: "Zelvaria",
  adverseEventMention: false,
  work: { code: "renew-authorization", text: "Renew the authorization before it ends", dueDate: "2027-01-30" },
};

async function setUp(home: SampleHome) {
  const collections = {
    cases: await home.store.collection(cases),
    entries: await home.store.collection(caseEntries),
    members: await home.store.collection(membersCases),
  };
  return { ...collections, hub: createEmbeddedHub({ ...collections, world: home.world }) };
}

test("documents of one member and drug meet in one case, also those that name no drug", async () => {
  await using home = await openSampleHome();
  const { hub } = await setUp(home);
  const first = await hub.upsertCase({ ...UPDATE, eventId: "e0", type: "eligibility.updated", drug: "" }, home.signal);
  const second = await hub.upsertCase(UPDATE, home.signal);
  const third = await hub.upsertCase({ ...UPDATE, eventId: "e2", drug: "ZELVARIA " }, home.signal);
  assert.deepEqual([second.caseId, third.caseId], [first.caseId, first.caseId]);
});

test("another drug of the member is another case; what names no drug stays with the first", async () => {
  await using home = await openSampleHome();
  const { hub } = await setUp(home);
  const first = await hub.upsertCase(UPDATE, home.signal);
  const other = await hub.upsertCase({ ...UPDATE, eventId: "e2", drug: "Norbexin" }, home.signal);
  assert.notEqual(other.caseId, first.caseId);
  assert.equal((await hub.upsertCase({ ...UPDATE, eventId: "e3", drug: "" }, home.signal)).caseId, first.caseId);
  assert.equal((await hub.upsertCase({ ...UPDATE, eventId: "e4", drug: "norbexin" }, home.signal)).caseId, other.caseId);
});

test("tenants and payers keep their members apart, and unknown members never share a case", async () => {
  await using home = await openSampleHome();
  const { hub } = await setUp(home);
  const unknown = { memberIndex: undefined, personIndex: undefined };
  const ids = await Promise.all(
    [
      UPDATE,
      { ...UPDATE, tenant: "other" },
      { ...UPDATE, eventId: "e2", payerId: "cigna", personIndex: undefined },
      { ...UPDATE, eventId: "e3", ...unknown, documentId: "d3" },
      { ...UPDATE, eventId: "e4", ...unknown, documentId: "d4" },
    ].map(async (update) => (await hub.upsertCase(update, home.signal)).caseId),
  );
  assert.equal(new Set(ids).size, ids.length);
});

test("a document that names only the person finds the member's case, unless two members share name and birth date", async () => {
  await using home = await openSampleHome();
  const { hub } = await setUp(home);
  const first = await hub.upsertCase(UPDATE, home.signal);
  const lab = { ...UPDATE, eventId: "e2", documentId: "d2", memberIndex: undefined, drug: "", payerId: "" };
  assert.equal((await hub.upsertCase(lab, home.signal)).caseId, first.caseId);
  const twin = await hub.upsertCase({ ...UPDATE, eventId: "e3", documentId: "d3", memberIndex: "m2" }, home.signal);
  assert.notEqual(twin.caseId, first.caseId, "another member id is another member");
  const shared = await hub.upsertCase({ ...lab, eventId: "e4", documentId: "d4" }, home.signal);
  assert.ok(shared.caseId !== first.caseId && shared.caseId !== twin.caseId, "nobody is guessed");
});

test("a person known before the member id is the same member afterwards", async () => {
  await using home = await openSampleHome();
  const { hub } = await setUp(home);
  const lab = await hub.upsertCase({ ...UPDATE, eventId: "e0", memberIndex: undefined, drug: "", payerId: "" }, home.signal);
  const letter = await hub.upsertCase(UPDATE, home.signal);
  assert.equal(letter.caseId, lab.caseId);
  assert.equal((await hub.upsertCase({ ...UPDATE, eventId: "e2", personIndex: undefined }, home.signal)).caseId, lab.caseId);
});

test("a redelivery stays with the case of its first delivery, whatever was opened since", async () => {
  await using home = await openSampleHome();
  const { hub, entries } = await setUp(home);
  const early = { ...UPDATE, eventId: "e0", drug: "" };
  const first = await hub.upsertCase(early, home.signal);
  await hub.upsertCase({ ...UPDATE, eventId: "e1" }, home.signal);
  await hub.upsertCase({ ...UPDATE, eventId: "e2", drug: "Norbexin" }, home.signal);
  assert.deepEqual(await hub.upsertCase(early, home.signal), first);
  assert.equal((await entries.find("acme", { index: "byCase", prefix: [first.caseId], limit: 10, signal: home.signal })).items.length, 2);
});

test("events at once for one member open one case and lose none", async () => {
  await using home = await openSampleHome();
  const { hub, cases: stored, entries } = await setUp(home);
  const updates = Array.from({ length: 6 }, (_, index) => ({ ...UPDATE, eventId: `e${index}`, receivedAtMs: 1000 + index }));
  const results = await Promise.all(updates.map(async (update) => await hub.upsertCase(update, home.signal)));
  assert.equal(new Set(results.map(({ caseId }) => caseId)).size, 1);
  assert.equal((await stored.find("acme", { index: "byUpdated", prefix: [], limit: 10, signal: home.signal })).items.length, 1);
  assert.equal(
    (await entries.find("acme", { index: "byCase", prefix: [results[0]?.caseId ?? ""], limit: 10, signal: home.signal })).items.length,
    6,
  );
  assert.equal((await stored.get("acme", results[0]?.caseId ?? "", home.signal))?.value.latest.entryId, "e5");
});

test("state, decision and work are the newest document's, in any order of arrival and with any repeats", () => {
  const update = fc.record({ receivedAtMs: fc.nat(5), revision: fc.integer({ min: 1, max: 3 }), id: fc.nat(5), adverse: fc.boolean() });
  fc.assert(
    fc.property(fc.array(update, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat()), (list, picks) => {
      const updates = list.map(
        ({ receivedAtMs, revision, id, adverse }, index): CaseUpdate => ({
          ...UPDATE,
          receivedAtMs,
          revision,
          eventId: `e${id}-${index}`,
          decision: `d${index}`,
          adverseEventMention: adverse,
        }),
      );
      const shuffled = [...updates, ...updates]
        .map((one) => ({ one, at: picks.next().value ?? 0 }))
        .sort((left, right) => left.at - right.at);
      const run = (all: readonly CaseUpdate[]) =>
        all.reduce<CaseRecord | undefined>((known, one) => foldCase(known, { caseId: "c", update: one, nowMs: 7 }) ?? known, undefined);
      const [straight, mixed] = [run(updates), run(shuffled.map(({ one }) => one))];
      assert.deepEqual(
        [mixed?.decision, mixed?.latest, mixed?.adverseEventMention],
        [straight?.decision, straight?.latest, straight?.adverseEventMention],
      );
    }),
  );
});

test("a repeat changes nothing, and a later silence forgets no name", () => {
  const known = foldCase(undefined, { caseId: "c", update: UPDATE, nowMs: 5 });
  assert.equal(foldCase(known, { caseId: "c", update: UPDATE, nowMs: 9 }), undefined);
  const later = foldCase(known, {
    caseId: "c",
    update: { ...UPDATE, eventId: "e2", receivedAtMs: 2000, patientName: "", drug: "" },
    nowMs: 9,
  });
  assert.deepEqual([later?.patientName, later?.drug, later?.openedAtMs, later?.updatedAtMs], ["Maren Okafor", "Zelvaria", 5, 9]);
});

test("a note is added once, to a case that exists", async () => {
  await using home = await openSampleHome();
  const { hub, entries } = await setUp(home);
  const { caseId } = await hub.upsertCase(UPDATE, home.signal);
  for (const noteId of ["n1", "n1", "n2"]) await hub.addNote({ tenant: "acme", caseId, noteId, text: "Called the payer" }, home.signal);
  assert.equal((await entries.find("acme", { index: "byCase", prefix: [caseId], limit: 10, signal: home.signal })).items.length, 3);
  await assert.rejects(hub.addNote({ tenant: "acme", caseId: "none", noteId: "n3", text: "x" }, home.signal), { code: "NOT_FOUND" });
  await assert.rejects(hub.addNote({ tenant: "other", caseId, noteId: "n3", text: "x" }, home.signal), { code: "NOT_FOUND" });
});

test("the choice of a case", () => {
  const links = [
    { caseId: "a", drug: "" },
    { caseId: "b", drug: "norbexin" },
  ];
  assert.equal(chooseCase([], "norbexin"), undefined);
  assert.equal(chooseCase(links, "norbexin")?.caseId, "b");
  assert.equal(chooseCase(links, "zelvaria")?.caseId, "a");
  assert.equal(chooseCase(links, "")?.caseId, "a");
  assert.equal(chooseCase([{ caseId: "b", drug: "norbexin" }], "zelvaria"), undefined);
  assert.equal(drugKey("Zel-Varia® 40"), "zelvaria40");
});
