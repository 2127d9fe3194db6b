import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENTS, type EventName } from "./events.ts";
import { DOCUMENT_BUDGET_MS, PIPELINE } from "./pipeline.ts";

test("the time budgets of the unattended way add up to the document's promise", () => {
  const unattended = PIPELINE.filter((row) => row.stage !== "review");
  const total = unattended.reduce((sum, row) => sum + row.budgetMs, 0);
  assert.ok(total <= DOCUMENT_BUDGET_MS, `${total} ms are more than ${DOCUMENT_BUDGET_MS} ms`);
});

test("every stage's input is an earlier stage's output, or what the edge publishes", () => {
  const known = new Set<EventName>(["received"]);
  for (const row of PIPELINE) {
    assert.ok(known.has(row.input), `${row.stage} waits for ${row.input}, which nothing before it puts out`);
    for (const output of row.outputs) known.add(output);
  }
});

test("every output is consumed, or ends the flow", () => {
  const consumed = new Set(PIPELINE.map((row) => row.input));
  const ends: EventName[] = ["delivered", "quarantined"];
  for (const row of PIPELINE) for (const output of row.outputs) assert.ok(consumed.has(output) || ends.includes(output), output);
});

test("stage names are unique and every event has a codec", () => {
  assert.equal(new Set(PIPELINE.map((row) => row.stage)).size, PIPELINE.length);
  for (const row of PIPELINE) assert.equal(typeof EVENTS[row.input].decode, "function");
});
