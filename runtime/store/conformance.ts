import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { createEnvelopeSeal } from "../envelope-seal.ts";
import { PayerHubError } from "../error.ts";
import type { Code } from "../error.ts";
import type { Seal } from "../seal.ts";
import { systemWorld } from "../world.ts";
import type { Collection, CollectionSpec, FindOptions, Store, Versioned } from "./store.ts";

/** One adapter under test, with a hand on its raw storage. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** A second store over the same storage, as another process would open it. */
  reopen(seal?: Seal): Promise<Store>;
  /** Everything that is on disk or in the server, for a search; undefined when it cannot be had. */
  rawBytes(): Promise<Buffer | undefined>;
}

/** The seal that `makeStore` has to use. */
export const conformanceSeal = createEnvelopeSeal({ rootKey: new Uint8Array(32).fill(3), keyId: "conformance", world: systemWorld() });

const job = z.strictObject({ name: z.string(), state: z.string(), at: z.number(), owner: z.string().optional() });
type Job = z.infer<typeof job>;

/** Stored as something else than is read: as when a schema has changed. */
const spec = (name: string): CollectionSpec<Job> => ({
  name,
  schema: job,
  indexes: {
    byState: (value) => (value.state === "hidden" ? undefined : [value.state, value.at]),
    byName: (value) => [value.name],
  },
});

const never = () => new AbortController().signal;
const isCode = (code: Code) => (error: unknown) => error instanceof PayerHubError && error.code === code;
const newJob = (over: Partial<Job> = {}): Job => ({ name: "n", state: "new", at: 1, ...over });
const byState = (state: string, over: Partial<FindOptions> = {}): FindOptions => ({
  index: "byState",
  prefix: [state],
  limit: 100,
  signal: never(),
  ...over,
});
const ids = (items: readonly Versioned<unknown>[]) => items.map((item) => item.id);

async function allPages<T>(collection: Collection<T>, tenant: string, options: FindOptions): Promise<readonly Versioned<T>[]> {
  const all: Versioned<T>[] = [];
  for (let after = options.after, first = true; first || after !== undefined; first = false) {
    const page = await collection.find(tenant, after === undefined ? options : { ...options, after });
    assert.ok(page.items.length <= options.limit);
    all.push(...page.items);
    after = page.next;
  }
  return all;
}

type Open = (name: string) => Promise<Collection<Job>>;
interface Get {
  readonly open: Open;
  underTest(): StoreUnderTest;
}

/** The promises of `Store`, run against any adapter. */
export function storeConformance(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store conformance: ${name}`, () => {
    let underTest: StoreUnderTest;
    before(async () => {
      underTest = await makeStore();
    });
    after(async () => await underTest[Symbol.asyncDispose]());
    const get: Get = { open: async (collection) => await underTest.store.collection(spec(collection)), underTest: () => underTest };
    describe("one value", () => oneValue(get));
    describe("guard", () => guard(get));
    describe("find", () => finding(get));
    describe("claim", () => claiming(get));
    describe("tenants and seal", () => tenantsAndSeal(get));
    describe("refusals", () => refusals(get));
  });
}

function oneValue({ open, underTest }: Get): void {
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
    assert.deepEqual(await jobs.update("t1", "a", 1, newJob({ at: 2 }), never()), { id: "a", version: 2, value: newJob({ at: 2 }) });
    assert.deepEqual(await jobs.get("t1", "a", never()), { id: "a", version: 2, value: newJob({ at: 2 }) });
  });

  test("another process sees what was written, and opening again changes nothing", async () => {
    const jobs = await open("one_c");
    await jobs.insert("t1", "a", newJob(), never());
    const other = await underTest().reopen();
    const theirs = await other.collection(spec("one_c"));
    assert.deepEqual(await theirs.get("t1", "a", never()), { id: "a", version: 1, value: newJob() });
    await theirs.update("t1", "a", 1, newJob({ state: "done" }), never());
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

function guard({ open, underTest }: Get): void {
  test("ALREADY_EXISTS for a taken id, NOT_FOUND for a missing one, ABORTED for another version", async () => {
    const jobs = await open("guard_a");
    await jobs.insert("t1", "a", newJob(), never());
    await assert.rejects(jobs.insert("t1", "a", newJob({ at: 9 }), never()), isCode("ALREADY_EXISTS"));
    await assert.rejects(jobs.update("t1", "b", 1, newJob(), never()), isCode("NOT_FOUND"));
    for (const version of [0, 2]) await assert.rejects(jobs.update("t1", "a", version, newJob({ at: 9 }), never()), isCode("ABORTED"));
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
    await race(async (jobs, at) => await jobs.update("t1", "a", 1, newJob({ at }), never()), "ABORTED");
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

function finding({ open }: Get): void {
  test("values come in index order, numbers by value, then by id", async () => {
    const jobs = await open("find_a");
    const at = [-1e300, -2, -0.5, 0, 1e-9, 3, 10, 2 ** 53, 1.7e308];
    const mixed = [...at.keys()].toSorted((left, right) => ((left * 7) % 9) - ((right * 7) % 9));
    for (const index of mixed) await jobs.insert("t1", `id${9 - index}`, newJob({ at: at[index] ?? 0 }), never());
    for (const id of ["z", "a"]) await jobs.insert("t1", id, newJob({ at: 3 }), never());
    const found = await jobs.find("t1", byState("new"));
    assert.deepEqual(
      found.items.map((item) => item.value.at),
      [...at.slice(0, 6), 3, 3, ...at.slice(6)],
    );
    assert.deepEqual(ids(found.items).slice(5, 8), ["a", "id4", "z"]);
    assert.equal(found.next, undefined);
  });

  test("strings sort by code point, and one that begins another comes first", async () => {
    const jobs = await open("find_b");
    const names = ["", "a", "a!", "aa", "a~", "b", "é", "\uffee", "😀"];
    for (const [at, name] of names.toReversed().entries()) await jobs.insert("t1", `id${at}`, newJob({ name }), never());
    const found = await jobs.find("t1", { index: "byName", prefix: [], limit: 50, signal: never() });
    assert.deepEqual(
      found.items.map((item) => item.value.name),
      names,
    );
    const one = await jobs.find("t1", { index: "byName", prefix: ["a"], limit: 50, signal: never() });
    assert.deepEqual(
      one.items.map((item) => item.value.name),
      ["a"],
    );
  });

  test("from is inclusive, before exclusive, and other states stay out", async () => {
    const jobs = await open("find_c");
    for (let at = 0; at < 6; at += 1) await jobs.insert("t1", `n${at}`, newJob({ at }), never());
    for (const state of ["ne", "new2", "hidden"]) await jobs.insert("t1", `x-${state}`, newJob({ state, at: 3 }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("new", { from: 2, before: 4 }))).items), ["n2", "n3"]);
    assert.deepEqual(ids((await jobs.find("t1", byState("new", { from: 4 }))).items), ["n4", "n5"]);
    assert.deepEqual(ids((await jobs.find("t1", byState("new", { before: 1 }))).items), ["n0"]);
    assert.deepEqual(ids((await jobs.find("t1", byState("hidden"))).items), []);
  });

  test("an update moves a value within an index, into it and out of it", async () => {
    const jobs = await open("find_d");
    await jobs.insert("t1", "a", newJob({ state: "hidden" }), never());
    await jobs.update("t1", "a", 1, newJob({ state: "open" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("open"))).items), ["a"]);
    await jobs.update("t1", "a", 2, newJob({ state: "done" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("open"))).items), []);
    assert.deepEqual(ids((await jobs.find("t1", byState("done"))).items), ["a"]);
    await jobs.update("t1", "a", 3, newJob({ state: "hidden" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("done"))).items), []);
  });

  test("pages over 1,000 rows with ties give each row once, in order, while rows come and go", async () => {
    const jobs = await open("find_e");
    const rows = Array.from({ length: 1_000 }, (_, at) => ({
      id: `r${String((at * 617) % 1_000).padStart(4, "0")}`,
      at: Math.floor(at / 50),
    }));
    for (let at = 0; at < rows.length; at += 100) {
      await Promise.all(rows.slice(at, at + 100).map(async (row) => await jobs.insert("t1", row.id, newJob({ at: row.at }), never())));
    }
    const wanted = rows.toSorted((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1)).map((row) => row.id);
    for (const limit of [1_000, 333, 100]) assert.deepEqual(ids(await allPages(jobs, "t1", byState("new", { limit }))), wanted);
    const first = await jobs.find("t1", byState("new", { limit: 10 }));
    await jobs.insert("t1", "early", newJob({ at: -1 }), never());
    await jobs.update("t1", wanted[10] ?? "", 1, newJob({ state: "done" }), never());
    const second = await jobs.find("t1", byState("new", { limit: 10, ...(first.next === undefined ? {} : { after: first.next }) }));
    assert.deepEqual(ids(second.items), wanted.slice(11, 21));
  });

  test("a full last page has no next", async () => {
    const jobs = await open("find_f");
    for (const id of ["a", "b"]) await jobs.insert("t1", id, newJob(), never());
    assert.equal((await jobs.find("t1", byState("new", { limit: 2 }))).next, undefined);
    assert.notEqual((await jobs.find("t1", byState("new", { limit: 1 }))).next, undefined);
  });
}

function claiming({ open, underTest }: Get): void {
  const take =
    (owner: string) =>
    (value: Job): Job => ({ ...value, state: "taken", owner });

  test("the first value that the claimer wants is taken; undefined when none is left", async () => {
    const jobs = await open("claim_a");
    for (const at of [3, 1, 2]) await jobs.insert("t1", `j${at}`, newJob({ at }), never());
    const even = (value: Job) => (value.at % 2 === 0 ? take("me")(value) : undefined);
    assert.deepEqual(await jobs.claimNext("t1", byState("new", { limit: 1 }), even), {
      id: "j2",
      version: 2,
      value: newJob({ at: 2, state: "taken", owner: "me" }),
    });
    assert.equal(await jobs.claimNext("t1", byState("new", { limit: 1 }), even), undefined);
    assert.equal((await jobs.claimNext("t1", byState("new"), take("me")))?.id, "j1");
    assert.equal((await jobs.claimNext("t1", byState("new"), take("me")))?.id, "j3");
    assert.equal(await jobs.claimNext("t1", byState("new"), take("me")), undefined);
  });

  test("100 parallel claimers of two processes take 60 values once each", async () => {
    const jobs = await open("claim_b");
    const other = await underTest().reopen();
    const both = [jobs, await other.collection(spec("claim_b"))];
    await Promise.all(Array.from({ length: 60 }, async (_, at) => await jobs.insert("t1", `j${at}`, newJob({ at: at % 7 }), never())));
    const claims = await Promise.all(
      Array.from(
        { length: 100 },
        async (_, at) => await (both[at % 2] ?? jobs).claimNext("t1", byState("new", { limit: 10 }), take(`w${at}`)),
      ),
    );
    const taken = claims.flatMap((claim) => (claim === undefined ? [] : [claim]));
    assert.equal(taken.length, 60);
    assert.equal(new Set(ids(taken)).size, 60);
    for (const claim of taken) assert.deepEqual(await jobs.get("t1", claim.id, never()), claim);
    await other.close();
  });
}

function tenantsAndSeal({ open, underTest }: Get): void {
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
    await assert.rejects(jobs.update("t1", "only2", 1, newJob(), never()), isCode("NOT_FOUND"));
    await jobs.update("t1", "same", 1, newJob({ state: "done" }), never());
    assert.equal((await jobs.get("t2", "same", never()))?.version, 1);
    assert.equal(await jobs.claimNext("t1", byState("new"), (value) => value), undefined);
  });

  test("values are sealed at rest: what was written is not in the raw bytes", async () => {
    const jobs = await open("seal_a");
    await jobs.insert("t1", "idcanary7731", newJob({ owner: "phicanary7731" }), never());
    await jobs.update("t1", "idcanary7731", 1, newJob({ owner: "phicanary7732" }), never());
    const raw = await underTest().rawBytes();
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

function refusals({ open, underTest }: Get): void {
  test("a value that breaks the schema is neither written nor read, and the error does not repeat it", async () => {
    const jobs = await open("schema_a");
    const wrong: unknown = { ...newJob(), name: 7, secret: "canary" };
    const refused = (error: unknown) => isCode("INVALID_ARGUMENT")(error) && !String(error).includes("canary");
    // The compiler would refuse it; what comes from a wire may not have met the compiler.
    const loose: CollectionSpec<unknown> = { name: "schema_a", schema: job, indexes: {} };
    const untyped = await underTest().store.collection(loose);
    await assert.rejects(untyped.insert("t1", "a", wrong, never()), refused);
    const wide: CollectionSpec<unknown> = { name: "schema_a", schema: z.unknown(), indexes: {} };
    await (await underTest().store.collection(wide)).insert("t1", "b", wrong, never());
    await assert.rejects(jobs.get("t1", "b", never()), isCode("DATA_LOSS"));
  });

  test("malformed tenants, ids, indexes, limits and cursors are refused", async () => {
    const jobs = await open("names_a");
    const invalid = isCode("INVALID_ARGUMENT");
    for (const tenant of ["", "a/b", ".a", "ä", "x".repeat(65)]) {
      await assert.rejects(jobs.get(tenant, "a", never()), invalid);
      await assert.rejects(jobs.insert(tenant, "a", newJob(), never()), invalid);
      await assert.rejects(jobs.find(tenant, byState("new")), invalid);
    }
    for (const id of ["", "a b", "ä", "a\n", "x".repeat(201)]) await assert.rejects(jobs.insert("t1", id, newJob(), never()), invalid);
    for (const over of [
      { limit: 0 },
      { limit: 1.5 },
      { limit: 1_001 },
      { index: "none" },
      { index: "toString" },
      { after: "bm9uc2Vuc2U" },
    ]) {
      await assert.rejects(jobs.find("t1", byState("new", over)), invalid, JSON.stringify(over));
    }
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY]) await assert.rejects(jobs.find("t1", byState("new", { from: at })), invalid);
    await assert.rejects(jobs.insert("t1", "long", newJob({ name: "x".repeat(600) }), never()), invalid);
    for (const name of ["", "a b", 'a"; DROP', "Upper", "x".repeat(41)])
      await assert.rejects(underTest().store.collection(spec(name)), invalid);
  });

  test("an aborted signal stops every call before it begins; a deadline has its own code", async () => {
    const jobs = await open("abort_a");
    await jobs.insert("t1", "a", newJob(), never());
    for (const [signal, code] of [
      [AbortSignal.abort(), "CANCELLED"],
      [AbortSignal.abort(new DOMException("late", "TimeoutError")), "DEADLINE_EXCEEDED"],
    ] as const) {
      await assert.rejects(jobs.get("t1", "a", signal), isCode(code));
      await assert.rejects(jobs.insert("t1", "b", newJob(), signal), isCode(code));
      await assert.rejects(jobs.update("t1", "a", 1, newJob({ at: 2 }), signal), isCode(code));
      await assert.rejects(jobs.find("t1", byState("new", { signal })), isCode(code));
      await assert.rejects(
        jobs.claimNext("t1", byState("new", { signal }), (value) => value),
        isCode(code),
      );
    }
    assert.deepEqual(await jobs.get("t1", "a", never()), { id: "a", version: 1, value: newJob() });
    assert.equal(await jobs.get("t1", "b", never()), undefined);
  });

  test("a signal that aborts during a call ends it or comes too late, and the store goes on", async () => {
    const jobs = await open("abort_b");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, at) => {
        const aborter = new AbortController();
        const call = jobs.insert("t1", `j${at}`, newJob(), aborter.signal);
        if (at % 2 === 0) aborter.abort();
        return await call;
      }),
    );
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.status === "rejected") assert.ok(at % 2 === 0 && isCode("CANCELLED")(outcome.reason), String(outcome.reason));
    }
    assert.equal((await jobs.insert("t1", "after", newJob(), never())).version, 1);
  });
}
