import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DocumentMapped, DocumentType, type Understanding } from "../../proto/document/v1/document.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import type { AuditEntryInput } from "../audit-trail.ts";
import type { EventMessage } from "../events.ts";
import { memberIndex, personIndex } from "../member-index.ts";
import { sampleHead, sampleUnderstanding } from "../../test/samples/document.ts";
import { openSampleHome, type SampleHome } from "../../test/samples/home.ts";
import { artefactKey } from "../stage.ts";
import { type ConsentRecord, consents } from "../store/consents.ts";
import { openAuditLog } from "./audit-log.ts";
import { createReleaseStage, type ReleaseConfig, releaseConfigSchema } from "./stage.ts";

const CONFIG: ReleaseConfig = releaseConfigSchema.parse({});
const BUNDLE = {
  resourceType: "Bundle",
  type: "collection",
  entry: [
    {
      fullUrl: "urn:uuid:1",
      resource: { resourceType: "Patient", id: "1", name: [{ text: "Maren Okafor" }], telecom: [{ value: "2025550147" }] },
    },
  ],
};

async function mapped(home: SampleHome, understanding: Understanding, revision = 1): Promise<EventMessage<"mapped">> {
  const head = sampleHead(undefined, revision);
  const artefacts = await home.put(head, understanding);
  const bytes = Buffer.from(JSON.stringify(BUNDLE));
  const bundle = await home.objects.putBytes(
    { tenant: "acme", key: artefactKey({ ...head, run: "sample" }, "bundle.json"), contentType: "application/fhir+json" },
    bytes,
    home.signal,
  );
  return DocumentMapped.fromPartial({ head, ...artefacts, bundle });
}

/** Remembers what it was told, with the log's rule for repeated ids. */
function recordingTrail() {
  const entries = new Map<string, AuditEntryInput>();
  return {
    entries,
    append: async (entry: AuditEntryInput) => {
      if (!entries.has(entry.id)) entries.set(entry.id, entry);
      return { id: entry.id, seq: [...entries.keys()].indexOf(entry.id) + 1 };
    },
  };
}

async function release(
  home: SampleHome,
  options: { message?: EventMessage<"mapped">; consent?: Partial<ConsentRecord>; config?: ReleaseConfig } = {},
) {
  const records = await home.store.collection(consents);
  if (options.consent !== undefined) {
    const base = { memberIndex: "", personIndex: "", status: "granted" as const, purposes: [], labels: [], recordedAtMs: 1 };
    await records.insert("acme", "c1", { ...base, ...options.consent }, home.signal);
  }
  const trail = recordingTrail();
  const stage = createReleaseStage({ consents: records, audit: trail, seal: home.seal, config: options.config ?? CONFIG });
  const message = options.message ?? (await mapped(home, sampleUnderstanding(DocumentType.DETERMINATION_LETTER)));
  const head = message.head ?? sampleHead();
  return { stage, trail, message, outcome: await stage.run(message, home.context(head)), head };
}

test("enrollment's consent lets coverage documents go, cut and audited", async () => {
  await using home = await openSampleHome();
  const { outcome, trail } = await release(home);
  assert.equal(outcome.facts.state, "released");
  assert.ok(outcome.next?.name === "released");
  const { disclosedBundle, auditEntryId } = outcome.next.message;
  assert.ok(disclosedBundle !== undefined);
  const text = Buffer.from(await home.objects.readBytes("acme", disclosedBundle, home.signal)).toString();
  assert.ok(text.includes("Maren Okafor") && !text.includes("2025550147"));
  const entry = trail.entries.get(auditEntryId);
  assert.deepEqual([entry?.action, entry?.purpose, entry?.actor], ["disclosure.permitted", "COVERAGE", "service:release"]);
  assert.equal(Buffer.from(entry?.body ?? []).toString(), text, "the digest is of what was disclosed");
});

test("who opted out is withheld, found by member id however it is printed, and by name with date of birth", async () => {
  const keys = [
    (home: SampleHome) => ({ memberIndex: memberIndex(home.seal, "acme", "w2847-160 93") }),
    (home: SampleHome) => ({ personIndex: personIndex(home.seal, "acme", "OKAFOR, Maren", "1984-07-19") }),
  ];
  for (const status of ["opted_out", "revoked"] as const) {
    for (const key of keys) {
      await using home = await openSampleHome();
      const { outcome, trail } = await release(home, { consent: { status, ...key(home) } });
      assert.equal(outcome.next, undefined);
      assert.deepEqual(outcome.facts, { state: "withheld", reasons: [`consent.${status}`] });
      assert.deepEqual(
        [...trail.entries.values()].map(({ action }) => action),
        ["disclosure.denied"],
      );
    }
  }
});

test("another member's word, or the same in another tenant, changes nothing", async () => {
  await using home = await openSampleHome();
  const { outcome } = await release(home, { consent: { status: "opted_out", memberIndex: memberIndex(home.seal, "acme", "W284716094") } });
  assert.equal(outcome.facts.state, "released");
  assert.notEqual(memberIndex(home.seal, "acme", "W1"), memberIndex(home.seal, "other", "W1"));
});

test("marketing is withheld without an authorization", async () => {
  await using home = await openSampleHome();
  const { outcome } = await release(home, { config: releaseConfigSchema.parse({ purpose: "HMARKT" }) });
  assert.deepEqual(outcome.facts.reasons, ["purpose.not_authorized"]);
});

test("a redelivery makes no second audit entry and the same event; a later refusal makes its own", async () => {
  await using home = await openSampleHome();
  const { stage, trail, message, outcome, head } = await release(home);
  const again = await stage.run(message, home.context(head));
  assert.equal(trail.entries.size, 1);
  assert.ok(again.next?.name === "released" && outcome.next?.name === "released");
  assert.equal(again.next.message.auditEntryId, outcome.next.message.auditEntryId);
  const records = await home.store.collection(consents);
  const index = memberIndex(home.seal, "acme", "W284716093");
  await records.insert(
    "acme",
    "late",
    { memberIndex: index, personIndex: "", status: "revoked", purposes: [], labels: [], recordedAtMs: 9 },
    home.signal,
  );
  assert.equal((await stage.run(message, home.context(head))).facts.state, "withheld");
  assert.deepEqual(
    [...trail.entries.values()].map(({ action }) => action),
    ["disclosure.permitted", "disclosure.denied"],
  );
});

test("when the audit log cannot take the entry, nothing is released", async () => {
  await using home = await openSampleHome();
  const records = await home.store.collection(consents);
  const audit = {
    append: async () => {
      throw new PayerHubError("UNAVAILABLE", "appending to the audit log: the disk did not take the entry, a durable entry is required");
    },
  };
  const stage = createReleaseStage({ consents: records, audit, seal: home.seal, config: CONFIG });
  const message = await mapped(home, sampleUnderstanding(DocumentType.CLAIM_FORM));
  await assert.rejects(stage.run(message, home.context(sampleHead())), { code: "UNAVAILABLE" });
});

test("with the real log: the entry is on disk and holds no PHI", async () => {
  await using home = await openSampleHome();
  const path = join(home.path, "audit");
  const log = await openAuditLog({ path, seal: home.seal, world: home.world, signal: home.signal });
  const stage = createReleaseStage({ consents: await home.store.collection(consents), audit: log, seal: home.seal, config: CONFIG });
  await stage.run(await mapped(home, sampleUnderstanding(DocumentType.PRESCRIPTION)), home.context(sampleHead()));
  const text = await readFile(path, "utf8");
  await log.close();
  assert.match(text, /"action":"disclosure.permitted","resource":"document\/0d9f5c1e-[^"]+\/r1"/);
  for (const value of ["Maren", "Okafor", "W284716093", "1984"]) assert.ok(!text.includes(value));
});

test("an event without its artefacts is refused for good", async () => {
  await using home = await openSampleHome();
  await assert.rejects(release(home, { message: DocumentMapped.fromPartial({ head: sampleHead() }) }), { code: "INVALID_ARGUMENT" });
});
