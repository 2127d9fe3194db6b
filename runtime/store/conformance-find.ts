import assert from "node:assert/strict";
import { test } from "node:test";
import { allPages, byState, ids, never, newJob, spec } from "./conformance-kit.ts";
import type { Job, StoreSuite } from "./conformance-kit.ts";

/** Order and bounds of a find. */
export function findConformance({ open }: StoreSuite): void {
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
    await jobs.update("t1", { id: "a", version: 1 }, newJob({ state: "open" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("open"))).items), ["a"]);
    await jobs.update("t1", { id: "a", version: 2 }, newJob({ state: "done" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("open"))).items), []);
    assert.deepEqual(ids((await jobs.find("t1", byState("done"))).items), ["a"]);
    await jobs.update("t1", { id: "a", version: 3 }, newJob({ state: "hidden" }), never());
    assert.deepEqual(ids((await jobs.find("t1", byState("done"))).items), []);
  });
}

/** Pages and their cursors. */
export function pagingConformance({ open }: StoreSuite): void {
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
    await jobs.update("t1", { id: wanted[10] ?? "", version: 1 }, newJob({ state: "done" }), never());
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

/** Claims by many. */
export function claimConformance({ open, underTest }: StoreSuite): void {
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
