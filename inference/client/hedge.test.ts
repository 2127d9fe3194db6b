import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { abortable } from "../../runtime/signals.ts";
import { systemWorld } from "../../runtime/world.ts";
import { hedge } from "./hedge.ts";
import type { Try } from "./hedge.ts";

const { signal } = new AbortController();
const base = { afterMs: 1, world: systemWorld(), signal };

/** A try that waits until it is aborted or settled from outside. */
function controlled() {
  const outcome = Promise.withResolvers<string>();
  const aborted = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const run: Try<string> = async (own) => {
    begun.resolve();
    own.addEventListener("abort", () => aborted.resolve());
    return await abortable(outcome.promise, own, "trying");
  };
  return { ...outcome, run, aborted: aborted.promise, begun: begun.promise };
}

describe("hedge", () => {
  it("a first try that fails early fails the call and begins no second", async () => {
    const second = () => assert.fail("a second try began");
    await assert.rejects(
      hedge(async () => await Promise.reject(new Error("first")), { ...base, afterMs: 1_000, second }),
      /first/,
    );
  });

  it("both fail: the first one's error", async () => {
    const [first, second] = [controlled(), controlled()];
    const call = hedge(first.run, { ...base, second: () => second.run });
    await second.begun;
    second.reject(new Error("second"));
    first.reject(new Error("first"));
    await assert.rejects(call, /first/);
  });

  it("the second is faster: its answer, and the first is aborted", async () => {
    const [first, second] = [controlled(), controlled()];
    const call = hedge(first.run, { ...base, second: () => second.run });
    await second.begun;
    second.resolve("second");
    assert.equal(await call, "second");
    await first.aborted;
  });

  it("the first is faster after all: the second is aborted", async () => {
    const [first, second] = [controlled(), controlled()];
    const call = hedge(first.run, { ...base, second: () => second.run });
    await second.begun;
    first.resolve("first");
    assert.equal(await call, "first");
    await second.aborted;
  });

  it("without a second the first is waited for; the caller's abort ends it", async () => {
    const [first, other] = [controlled(), controlled()];
    const call = hedge(first.run, { ...base, second: () => undefined });
    first.resolve("first");
    assert.equal(await call, "first");
    const gone = new AbortController();
    const ended = hedge(other.run, { ...base, second: () => undefined, signal: gone.signal });
    gone.abort();
    await assert.rejects(ended, { code: "CANCELLED" });
  });
});
