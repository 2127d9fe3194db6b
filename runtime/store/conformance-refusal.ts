import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { byState, isCode, job, never, newJob, spec } from "./conformance-kit.ts";
import type { StoreSuite } from "./conformance-kit.ts";
import type { CollectionSpec } from "./store.ts";

/** Values and names that no store may take. */
export function refusalConformance({ open, underTest }: StoreSuite): void {
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
}

/** Signals that abort before and during a call. */
export function abortConformance({ open }: StoreSuite): void {
  test("an aborted signal stops every call before it begins; a deadline has its own code", async () => {
    const jobs = await open("abort_a");
    await jobs.insert("t1", "a", newJob(), never());
    for (const [signal, code] of [
      [AbortSignal.abort(), "CANCELLED"],
      [AbortSignal.abort(new DOMException("late", "TimeoutError")), "DEADLINE_EXCEEDED"],
    ] as const) {
      await assert.rejects(jobs.get("t1", "a", signal), isCode(code));
      await assert.rejects(jobs.insert("t1", "b", newJob(), signal), isCode(code));
      await assert.rejects(jobs.update("t1", { id: "a", version: 1 }, newJob({ at: 2 }), signal), isCode(code));
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
