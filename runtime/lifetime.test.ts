import assert from "node:assert/strict";
import { test } from "node:test";
import { createLifetime } from "./lifetime.ts";
import { createLogger } from "./log.ts";

const log = createLogger({ level: "silent" });

test("parts stop in reverse order, once", async () => {
  const lifetime = createLifetime({ log });
  const stopped: string[] = [];
  for (const name of ["store", "bus", "server"]) lifetime.add(name, { stop: async () => void stopped.push(name) });
  await Promise.all([lifetime.stop(), lifetime.stop()]);
  assert.deepEqual(stopped, ["server", "bus", "store"]);
});

test("a part that hangs is given up after its deadline and the others still stop", async () => {
  const lifetime = createLifetime({ log, partDeadlineMs: 20 });
  let stopped = false;
  lifetime.add("first", { stop: async () => void (stopped = true) });
  lifetime.add("hangs", { stop: async () => await new Promise<void>(() => {}) });
  await assert.rejects(lifetime.stop(), /stopping "hangs"/);
  assert.equal(stopped, true);
});

test("the signal aborts before the first part stops", async () => {
  const lifetime = createLifetime({ log });
  let abortedFirst = false;
  lifetime.add("part", { stop: async () => void (abortedFirst = lifetime.signal.aborted) });
  await lifetime.stop();
  assert.equal(abortedFirst, true);
});

test("adding while stopping is refused", async () => {
  const lifetime = createLifetime({ log });
  await lifetime.stop();
  assert.throws(() => lifetime.add("late", { stop: async () => {} }), /must be running/);
});
