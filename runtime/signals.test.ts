import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { PayerHubError } from "./error.ts";
import { abortable, abortError, withDeadline, withProgressDeadline } from "./signals.ts";

const never = new Promise<never>(() => {});

test("abortable gives the value when it comes first", async () => {
  assert.equal(await abortable(Promise.resolve(7), new AbortController().signal, "reading"), 7);
});

test("abortable rejects with CANCELLED when the caller aborts", async () => {
  const controller = new AbortController();
  const pending = abortable(never, controller.signal, "reading the object");
  controller.abort();
  await assert.rejects(pending, (error) => error instanceof PayerHubError && error.code === "CANCELLED");
});

test("abortable rejects at once on a signal that is aborted already", async () => {
  await assert.rejects(abortable(never, AbortSignal.abort(), "reading"), /went away/);
});

test("a deadline ends with DEADLINE_EXCEEDED", async () => {
  const signal = withDeadline(new AbortController().signal, 5);
  await assert.rejects(
    abortable(never, signal, "reading"),
    (error) => error instanceof PayerHubError && error.code === "DEADLINE_EXCEEDED",
  );
});

test("a deadline on progress starts anew with every step, and ends with DEADLINE_EXCEEDED without one", async () => {
  const deadline = withProgressDeadline(new AbortController().signal, 400);
  for (let step = 0; step < 6; step++) {
    await delay(100);
    deadline.progress();
  }
  assert.equal(deadline.signal.aborted, false);
  await assert.rejects(
    abortable(never, deadline.signal, "reading"),
    (error) => error instanceof PayerHubError && error.code === "DEADLINE_EXCEEDED",
  );
  const outer = new AbortController();
  const scoped = withProgressDeadline(outer.signal, 60_000);
  outer.abort();
  assert.equal(scoped.signal.aborted, true);
  scoped.end();
});

test("a coded reason passes unchanged", () => {
  const reason = new PayerHubError("RESOURCE_EXHAUSTED", "x");
  assert.equal(abortError(AbortSignal.abort(reason), "reading"), reason);
});

test("a late rejection of the abandoned call is not an unhandled rejection", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const pending = abortable(promise, AbortSignal.timeout(1), "reading");
  await assert.rejects(pending);
  reject(new Error("late"));
  await new Promise((resolve) => setImmediate(resolve));
});
