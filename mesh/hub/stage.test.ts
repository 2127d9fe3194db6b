import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DocumentHead, DocumentReleased, DocumentType, Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { Collection } from "../../runtime/store/store.ts";
import type { EventMessage } from "../events.ts";
import type { HubMessage } from "../hub-events.ts";
import { sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { openSampleHome, type SampleHome } from "../../test/samples/home.ts";
import { PERSON_VERSION } from "../settled-by-person.ts";
import { artefactKey } from "../stage.ts";
import { caseEntries, cases, membersCases } from "../store/cases.ts";
import { createEmbeddedHub } from "./embedded.ts";
import { createHubStage } from "./stage.ts";

/** Decides, call by call, whether a call fails, and whether before or after its effect. */
type Fault = () => "none" | "before" | "after";
const NEVER: Fault = () => "none";

async function faulted<T>(fault: Fault, call: () => Promise<T>): Promise<T> {
  const kind = fault();
  if (kind === "before") throw new PayerHubError("UNAVAILABLE", "calling the store: planted before the effect, none is required");
  const result = await call();
  if (kind === "after") throw new PayerHubError("UNAVAILABLE", "calling the store: planted after the effect, none is required");
  return result;
}

function faultyCollection<T>(real: Collection<T>, fault: Fault): Collection<T> {
  return {
    get: async (...input) => await faulted(fault, async () => await real.get(...input)),
    insert: async (...input) => await faulted(fault, async () => await real.insert(...input)),
    update: async (...input) => await faulted(fault, async () => await real.update(...input)),
    find: async (...input) => await faulted(fault, async () => await real.find(...input)),
    claimNext: async (...input) => await faulted(fault, async () => await real.claimNext(...input)),
  };
}

async function setUp(home: SampleHome, fault: Fault = NEVER) {
  const real = {
    cases: await home.store.collection(cases),
    entries: await home.store.collection(caseEntries),
    members: await home.store.collection(membersCases),
  };
  const published: HubMessage[] = [];
  const hub = createEmbeddedHub({
    cases: faultyCollection(real.cases, fault),
    entries: faultyCollection(real.entries, fault),
    members: faultyCollection(real.members, fault),
    world: home.world,
  });
  const publisher = { publish: async (message: HubMessage) => await faulted(fault, async () => void published.push(message)) };
  return { ...real, hub, published, stage: createHubStage({ hub, publisher, seal: home.seal, hubName: "main" }) };
}

async function released(home: SampleHome, head: DocumentHead, understanding: Understanding): Promise<EventMessage<"released">> {
  const artefacts = await home.put(head, understanding);
  const bytes = Buffer.from('{"resourceType":"Bundle"}');
  const disclosedBundle = await home.objects.putBytes(
    { tenant: "acme", key: artefactKey({ ...head, run: "sample" }, "disclosed.json"), contentType: "application/fhir+json" },
    bytes,
    home.signal,
  );
  return DocumentReleased.fromPartial({ head, ...artefacts, disclosedBundle, auditEntryId: "a1" });
}

test("a denial opens a case with its work, and tells the hub with the disclosed bundle", async () => {
  await using home = await openSampleHome();
  const { stage, published, cases: stored, entries } = await setUp(home);
  const head = sampleHead();
  const understanding = sampleUnderstanding(DocumentType.DETERMINATION_LETTER, { decision: "denied" });
  const outcome = await stage.run(await released(home, head, understanding), home.context(head));
  const [message] = published;
  assert.ok(message !== undefined);
  assert.equal(message.type, "prior_authorization.denied");
  assert.equal(message.time, "2026-03-10T15:00:00.000Z");
  assert.equal(message.data.bundleJson, '{"resourceType":"Bundle"}');
  assert.deepEqual([message.hub, message.subject, message.data.confidence], ["main", message.data.caseId, 0.96]);
  assert.deepEqual(outcome.facts, { state: "delivered", hubEventId: message.id, hubEventType: message.type, caseId: message.subject });
  assert.ok(outcome.next?.name === "delivered" && outcome.next.message.caseId === message.subject);
  const found = await stored.get("acme", message.subject, home.signal);
  assert.deepEqual(
    [found?.value.state, found?.value.workCode, found?.value.dueDate, found?.value.patientName, found?.value.memberIdMasked],
    ["prior_authorization.denied", "appeal-denial", "2026-08-29", "Maren Okafor", "••••••6093"],
  );
  assert.equal((await entries.get("acme", message.id, home.signal))?.value.caseId, message.subject);
});

test("ids and subjects hold nothing of the member", async () => {
  await using home = await openSampleHome();
  const { stage, published } = await setUp(home);
  const head = sampleHead();
  await stage.run(await released(home, head, sampleUnderstanding(DocumentType.CLAIM_FORM)), home.context(head));
  const { data: _data, ...envelope } = published[0] ?? { data: undefined };
  assert.doesNotMatch(JSON.stringify(envelope), /Maren|Okafor|W284716093|1984/);
});

test("a verdict by a person says so", async () => {
  await using home = await openSampleHome();
  const { stage, published } = await setUp(home);
  const head = sampleHead();
  const understanding = {
    ...sampleUnderstanding(DocumentType.CLAIM_FORM),
    versions: ["understand@1", PERSON_VERSION],
    adverseEventMention: true,
  };
  await stage.run(await released(home, head, understanding), home.context(head));
  assert.equal(published[0]?.data.settledByPerson, true);
  assert.equal(published[0]?.data.adverseEventMention, true);
});

test("exactly one effect under redelivery, with faults planted before or after any call", async () => {
  const plan = fc.array(fc.constantFrom("none" as const, "before" as const, "after" as const), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(plan, async (faults) => {
      await using home = await openSampleHome();
      const queue = [...faults];
      const { stage, published, cases: stored, entries, members } = await setUp(home, () => queue.shift() ?? "none");
      const head = sampleHead();
      const message = await released(home, head, sampleUnderstanding(DocumentType.DETERMINATION_LETTER));
      for (let delivered = 0; delivered < 3; ) {
        try {
          await stage.run(message, home.context(head));
          delivered += 1;
        } catch (caught) {
          assert.ok(caught instanceof PayerHubError && caught.retryable, String(caught));
        }
      }
      assert.equal(new Set(published.map(({ id }) => id)).size, 1, "one id at the broker");
      assert.equal(new Set(published.map((one) => JSON.stringify(one))).size, 1, "the same event each time");
      const all = { limit: 10, signal: home.signal };
      assert.equal((await stored.find("acme", { index: "byUpdated", prefix: [], ...all })).items.length, 1);
      assert.equal((await entries.find("acme", { index: "byDocument", prefix: [head.documentId], ...all })).items.length, 1);
      assert.equal((await members.find("acme", { index: "byPerson", prefix: [], ...all })).items.length, 1);
    }),
    { numRuns: 20 },
  );
});

test("an event without an artefact or without its audit entry goes nowhere", async () => {
  await using home = await openSampleHome();
  const { stage, published } = await setUp(home);
  const head = sampleHead();
  const message = await released(home, head, sampleUnderstanding(DocumentType.CLAIM_FORM));
  await assert.rejects(stage.run({ ...message, disclosedBundle: undefined }, home.context(head)), { code: "INVALID_ARGUMENT" });
  await assert.rejects(stage.run({ ...message, auditEntryId: "" }, home.context(head)), { code: "FAILED_PRECONDITION" });
  assert.equal(published.length, 0);
});

test("when the hub refuses, nothing is published", async () => {
  await using home = await openSampleHome();
  const published: HubMessage[] = [];
  const hub = {
    upsertCase: async () => {
      throw new PayerHubError("UNAVAILABLE", "updating a case: the hub does not answer, an answer is required");
    },
    addNote: async () => {},
  };
  const publisher = { publish: async (message: HubMessage) => void published.push(message) };
  const stage = createHubStage({ hub, publisher, seal: home.seal, hubName: "main" });
  const head = sampleHead();
  await assert.rejects(stage.run(await released(home, head, Understanding.fromPartial({})), home.context(head)), { code: "UNAVAILABLE" });
  assert.equal(published.length, 0);
});
