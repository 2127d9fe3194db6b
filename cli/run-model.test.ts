import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentRecord } from "../mesh/store/documents.ts";
import { formatDuration, renderBlock } from "./live-view.ts";
import { outcomeJson, outcomeTable } from "./outcome-table.ts";
import { createRunModel, outcomeOf, type RunRow } from "./run-model.ts";

const ref = { key: "acme/doc_1/original", sha256: "0".repeat(64), sizeBytes: 1, contentType: "image/tiff" };

function record(documentId: string, change: Partial<DocumentRecord>): DocumentRecord {
  return {
    documentId,
    revision: 1,
    state: "received",
    sourceSha256: "0".repeat(64),
    original: ref,
    manifest: ref,
    receivedAtMs: 1_000,
    updatedAtMs: 3_500,
    steps: {},
    failures: {},
    ...change,
  };
}

function first(rows: readonly RunRow[]): RunRow {
  assert.ok(rows[0]);
  return rows[0];
}

test("a document goes from waiting to auto with what its record says", () => {
  const model = createRunModel({ now: () => 0 });
  model.expect(["a.tif"]);
  assert.equal(outcomeOf(first(model.rows())), "working");
  model.accepted("a.tif", "doc_1", false);
  model.observed(record("doc_1", { state: "delivered", pageCount: 3, confidence: 0.97, hubEventType: "claim.updated", caseId: "c1" }));
  const row = first(model.rows());
  assert.equal(outcomeOf(row), "auto");
  assert.equal(row.pages, 3);
  assert.equal(model.isComplete(), true);
  assert.equal(outcomeJson(row)["seconds"], 2.5);
});

test("in_review, withheld and quarantined are ends; everything before is not", () => {
  for (const [state, outcome] of [
    ["in_review", "review"],
    ["withheld", "withheld"],
    ["quarantined", "quarantined"],
    ["mapped", "working"],
  ] as const) {
    const model = createRunModel({ now: () => 0 });
    model.accepted("a.tif", "doc_1", false);
    model.observed(record("doc_1", { state }));
    assert.equal(outcomeOf(first(model.rows())), outcome);
    assert.equal(model.isComplete(), outcome !== "working");
  }
});

test("the same bytes under a second name are a duplicate, but a second run of the same file is not", () => {
  const model = createRunModel({ now: () => 0 });
  model.accepted("a.tif", "doc_1", false);
  model.accepted("b.tif", "doc_1", true);
  assert.deepEqual(model.rows().map(outcomeOf), ["working", "duplicate"]);
  const again = createRunModel({ now: () => 0 });
  again.accepted("a.tif", "doc_1", true);
  assert.deepEqual(again.rows().map(outcomeOf), ["working"]);
});

test("rate and ETA come from what has ended", () => {
  let now = 0;
  const model = createRunModel({ now: () => now });
  model.expect(["a", "b", "c", "d"]);
  model.accepted("a", "doc_1", false);
  assert.equal(model.totals().etaMs, undefined);
  now = 30_000;
  model.observed(record("doc_1", { state: "delivered", pageCount: 2 }));
  assert.deepEqual(model.totals(), { total: 4, ended: 1, pagesEnded: 2, perMinute: 2, etaMs: 90_000 });
});

test("the live block has one line a document within the terminal's width, and a summary", () => {
  const model = createRunModel({ now: () => 0 });
  model.expect(["a.tif", `${"x".repeat(80)}.tif`]);
  model.refused("a.tif", "too large");
  const lines = renderBlock(model, { columns: 60, useColor: false });
  assert.equal(lines.length, 5);
  for (const line of lines.slice(0, -1)) assert.ok(line.length < 60, line);
  assert.match(lines.join("\n"), /✖ a\.tif/);
  assert.match(lines.at(-1) ?? "", /1\/2 documents/);
});

test("hundreds of documents are folded, with those in work shown", () => {
  const model = createRunModel({ now: () => 0 });
  model.expect(Array.from({ length: 300 }, (_, index) => `f${index}`));
  model.accepted("f200", "doc_200", false);
  const lines = renderBlock(model, { columns: 120, useColor: false });
  assert.ok(lines.length < 40);
  assert.match(lines.join("\n"), /f200/);
  assert.match(lines.join("\n"), /and 276 more/);
});

test("the table aligns its columns and colors outcomes only when asked", () => {
  const model = createRunModel({ now: () => 0 });
  model.accepted("a.tif", "doc_1", false);
  model.observed(record("doc_1", { state: "in_review", reasons: ["a long reason that goes on and on beyond the width of a cell"] }));
  const plain = outcomeTable(model.rows(), { useColor: false, columns: undefined }).split("\n");
  assert.equal(new Set(plain.map((line) => line.length)).size, 1);
  assert.equal(plain.join("\n").includes("\u001b"), false);
  assert.ok(outcomeTable(model.rows(), { useColor: true, columns: undefined }).includes("\u001b[33m"));
});

test("the table fits the terminal, down to columns that can still be told", () => {
  const model = createRunModel({ now: () => 0 });
  model.accepted("fax-0001-861603-with-a-long-name.tif", "doc_1", false);
  model.observed(record("doc_1", { state: "in_review", reasons: ["a long reason that goes on and on beyond the width of a cell"] }));
  for (const columns of [100, 120]) {
    const lines = outcomeTable(model.rows(), { useColor: false, columns }).split("\n");
    assert.ok(
      lines.every((line) => line.length <= columns),
      `${columns}: ${lines[0]?.length}`,
    );
    assert.match(lines.at(-1) ?? "", /fax-0001/);
  }
  assert.match(outcomeTable(model.rows(), { useColor: false, columns: 20 }), /review/);
});

test("durations read as people say them", () => {
  assert.equal(formatDuration(41_200), "42 s");
  assert.equal(formatDuration(65_000), "1 min 05 s");
});
