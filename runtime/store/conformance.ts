import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { createEnvelopeSeal } from "../envelope-seal.ts";
import type { Code } from "../error.ts";
import { systemWorld } from "../world.ts";
import { claimConformance, findConformance, pagingConformance } from "./conformance-find.ts";
import { byState, ids, isCode, never, newJob, spec } from "./conformance-kit.ts";
import type { Job, StoreSuite, StoreUnderTest } from "./conformance-kit.ts";
import { abortConformance, refusalConformance } from "./conformance-refusal.ts";
import type { Collection, Versioned } from "./store.ts";

/** How often and how far apart, in milliseconds, the raw files are searched for what was just written. */
const RAW_LOOKS = 40;
const RAW_LOOK_MS = 250;

/** The seal that `makeStore` has to use. */
export const conformanceSeal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(3), keyId: "conformance", world: systemWorld() });

/** The promises of `Store`, run against any adapter. */
export function storeConformance(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store conformance: ${name}`, () => {
    let underTest: StoreUnderTest;
    before(async () => {
      underTest = await makeStore();
    });
    after(async () => await underTest[Symbol.asyncDispose]());
    const suite: StoreSuite = {
      open: async (collection) => await underTest.store.collection(spec(collection)),
      underTest: () => underTest,
    };
    describe("one value", () => oneValue(suite));
    describe("guard", () => guard(suite));
    describe("find", () => findConformance(suite));
    describe("pages", () => pagingConformance(suite));
    describe("claim", () => claimConformance(suite));
    describe("tenants and seal", () => tenantsAndSeal(suite));
    describe("refusals", () => refusalConformance(suite));
    describe("signals", () => abortConformance(suite));
  });
}

function oneValue({ open, underTest }: StoreSuite): void {
  test("what is inserted is got back, with version 1; what is not there is undefined", async () => {
    const jobs = await open("one_a");
    const value = newJob({ name: 'Zoë 🩺 \u0000 "quoted" \\ line\nend', owner: "" });
    assert.deepEqual(await jobs.insert("t1", "a", value, never()), { id: "a", version: 1, value });
    assert.deepEqual(await jobs.get("t1", "a", never()), { id: "a", version: 1, value });
    assert.equal(await jobs.get("t1", "b", never()), undefined);
  });

  test("an update raises the version and replaces the value", async () => {
    const jobs = await open("one_b");
    await jobs.insert("t1", "a", newJob({ owner: "me" }), never());
    assert.deepEqual(await jobs.update("t1", { id: "a", version: 1 }, newJob({ at: 2 }), never()), {
      id: "a",
      version: 2,
      value: newJob({ at: 2 }),
    });
    assert.deepEqual(await jobs.get("t1", "a", never()), { id: "a", version: 2, value: newJob({ at: 2 }) });
  });

  test("another process sees what was written, and opening again changes nothing", async () => {
    const jobs = await open("one_c");
    await jobs.insert("t1", "a", newJob(), never());
    const other = await underTest().reopen();
    const theirs = await other.collection(spec("one_c"));
    assert.deepEqual(await theirs.get("t1", "a", never()), { id: "a", version: 1, value: newJob() });
    await theirs.update("t1", { id: "a", version: 1 }, newJob({ state: "done" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("done"))).items), ["a"]);
    await other.close();
  });

  test("a value of 1 MiB is kept; one past the limit is refused", async () => {
    const jobs = await open("one_d");
    await jobs.insert("t1", "big", newJob({ owner: "x".repeat(1_048_576) }), never());
    assert.equal((await jobs.get("t1", "big", never()))?.value.owner?.length, 1_048_576);
    await assert.rejects(jobs.insert("t1", "huge", newJob({ owner: "x".repeat(5 * 1_048_576) }), never()), isCode("RESOURCE_EXHAUSTED"));
    assert.equal(await jobs.get("t1", "huge", never()), undefined);
  });
}

function guard({ open, underTest }: StoreSuite): void {
  test("ALREADY_EXISTS for a taken id, NOT_FOUND for a missing one, ABORTED for another version", async () => {
    const jobs = await open("guard_a");
    await jobs.insert("t1", "a", newJob(), never());
    await assert.rejects(jobs.insert("t1", "a", newJob({ at: 9 }), never()), isCode("ALREADY_EXISTS"));
    await assert.rejects(jobs.update("t1", { id: "b", version: 1 }, newJob(), never()), isCode("NOT_FOUND"));
    for (const version of [0, 2])
      await assert.rejects(jobs.update("t1", { id: "a", version }, newJob({ at: 9 }), never()), isCode("ABORTED"));
    assert.deepEqual(await jobs.get("t1", "a", never()), { id: "a", version: 1, value: newJob() });
  });

  test("of 20 concurrent inserts of one id, and of 20 updates of one version, exactly one wins", async () => {
    const other = await underTest().reopen();
    const both = [await open("guard_b"), await other.collection(spec("guard_b"))];
    const race = async (run: (jobs: Collection<Job>, at: number) => Promise<Versioned<Job>>, lost: Code) => {
      const runs = Array.from({ length: 20 }, async (_, at) => await run(both[at % 2] ?? (await open("guard_b")), at));
      const settled = await Promise.allSettled(runs);
      const won = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      for (const result of settled) if (result.status === "rejected") assert.ok(isCode(lost)(result.reason), String(result.reason));
      assert.equal(won.length, 1);
      const stored = await (await open("guard_b")).get("t1", "a", never());
      assert.deepEqual(stored, won[0]);
    };
    await race(async (jobs, at) => await jobs.insert("t1", "a", newJob({ at }), never()), "ALREADY_EXISTS");
    await race(async (jobs, at) => await jobs.update("t1", { id: "a", version: 1 }, newJob({ at }), never()), "ABORTED");
    await other.close();
  });

  test("one refused write does not take those of other callers with it", async () => {
    const jobs = await open("guard_c");
    await jobs.insert("t1", "taken", newJob(), never());
    const results = await Promise.allSettled(["a", "taken", "b"].map(async (id) => await jobs.insert("t1", id, newJob(), never())));
    assert.deepEqual(
      results.map((result) => result.status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.deepEqual(ids((await jobs.find("t1", byState("new"))).items), ["a", "b", "taken"]);
  });
}

function tenantsAndSeal({ open, underTest }: StoreSuite): void {
  test("nothing of one tenant is seen, found, changed or claimed by another", async () => {
    const jobs = await open("tenant_a");
    for (const tenant of ["t1", "t2", "t1.x", "t"]) await jobs.insert(tenant, "same", newJob({ name: tenant }), never());
    await jobs.insert("t2", "only2", newJob({ name: "t2" }), never());
    for (const tenant of ["t1", "t1.x", "t"]) {
      const seen = (await jobs.find(tenant, byState("new"))).items;
      assert.deepEqual(
        seen.map((item) => item.value.name),
        [tenant],
      );
    }
    assert.equal(await jobs.get("t1", "only2", never()), undefined);
    await assert.rejects(jobs.update("t1", { id: "only2", version: 1 }, newJob(), never()), isCode("NOT_FOUND"));
    await jobs.update("t1", { id: "same", version: 1 }, newJob({ state: "done" }), never());
    assert.equal((await jobs.get("t2", "same", never()))?.version, 1);
    assert.equal(await jobs.claimNext("t1", byState("new"), (value) => value), undefined);
  });

  test("values are sealed at rest: what was written is not in the raw bytes", async () => {
    const jobs = await open("seal_a");
    await jobs.insert("t1", "idcanary7731", newJob({ owner: "phicanary7731" }), never());
    await jobs.update("t1", { id: "idcanary7731", version: 1 }, newJob({ owner: "phicanary7732" }), never());
    // A database writes its files a moment after it has answered: the search counts once it sees the record's id.
    let raw = await underTest().rawBytes();
    for (let look = 0; look < RAW_LOOKS && raw?.includes("idcanary7731") === false; look++) {
      await delay(RAW_LOOK_MS);
      raw = await underTest().rawBytes();
    }
    if (raw === undefined) return;
    assert.ok(raw.includes("idcanary7731"), "the search does not see the record");
    assert.equal(raw.includes("phicanary"), false);
  });

  test("a store with another key reads DATA_LOSS, never a value", async () => {
    const jobs = await open("seal_b");
    await jobs.insert("t1", "a", newJob(), never());
    const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(4), keyId: "conformance", world: systemWorld() });
    const other = await underTest().reopen(seal);
    await assert.rejects((await other.collection(spec("seal_b"))).get("t1", "a", never()), isCode("DATA_LOSS"));
    await other.close();
  });
}
