import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { DeskRequest, ListRequest, ReviewDesk } from "../mesh/review/desk.ts";
import type { Verdict } from "../mesh/review/verdict.ts";
import type { ReviewItem } from "../mesh/store/reviews.ts";
import { PayerHubError } from "../runtime/error.ts";
import { type ReviewContext, reviewList, reviewRetry, reviewSettle, reviewShow } from "./review.ts";

const { signal } = new AbortController();
const ITEM: ReviewItem = {
  documentId: "doc_1",
  revision: 1,
  state: "open",
  documentType: "claim_form",
  payerId: "aetna",
  confidence: 0.61,
  createdAtMs: 0,
  reasons: [{ code: "field.low_confidence", text: "a field is doubtful", field: "member.id" }],
  understanding: { key: "k", sha256: "", sizeBytes: 1, contentType: "" },
  words: [],
  images: [],
};

/** A desk that records what it is asked and answers with one document. */
function recordingDesk(failure?: PayerHubError) {
  const asked: unknown[] = [];
  const answer = <T>(what: unknown, value: T): T => {
    asked.push(what);
    if (failure !== undefined) throw failure;
    return value;
  };
  const desk: ReviewDesk = {
    list: async ({ signal: _signal, ...request }: ListRequest) =>
      answer(request, { items: [{ id: "i", version: 1, value: ITEM }], next: "cursor" }),
    show: async ({ signal: _signal, ...request }: DeskRequest & { reveal: boolean }) =>
      answer(request, {
        documentId: "doc_1",
        revision: 1,
        state: "open" as const,
        documentType: "claim_form",
        typeConfidence: 0.9,
        decision: "",
        payerId: "aetna",
        confidence: 0.61,
        reasons: ITEM.reasons,
        missingFields: ["drug.name"],
        images: [],
        lease: undefined,
        fields: [
          {
            name: "member.id",
            value: request.reveal ? "W284716093" : "••••••6093",
            rawText: "",
            confidence: 0.61,
            page: 2,
            method: "rule",
            required: true,
            box: { x0: 1.4, y0: 2, x1: 3, y1: 4 },
          },
        ],
      }),
    claim: async () => ITEM,
    settle: async ({ signal: _signal, ...request }: DeskRequest, verdict: Verdict) =>
      answer({ ...request, verdict }, { revision: 2, state: "understood" }),
    retry: async ({ signal: _signal, ...request }: DeskRequest) => answer(request, { revision: 3 }),
  };
  return { desk, asked };
}

function contextOf(desk: ReviewDesk, json = false) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const context: ReviewContext = { desk, io, tenant: "acme", reviewer: "ines", json, nowMs: 5 * 60_000, signal };
  return { context, out, err };
}

test("list prints the queue and where it goes on", async () => {
  const { desk, asked } = recordingDesk();
  const { context, out, err } = contextOf(desk);
  assert.equal(await reviewList(context, { state: "open", limit: 20, payer: "aetna" }), 0);
  assert.deepEqual(asked, [{ tenant: "acme", state: "open", limit: 20, payerId: "aetna" }]);
  assert.match(out.join("\n"), /doc_1 +claim_form +aetna +61 % +5 min +— +field\.low_confidence/);
  assert.deepEqual(err, ["more: --after cursor"]);
});

test("list as JSON is one object a line", async () => {
  const { context, out } = contextOf(recordingDesk().desk, true);
  await reviewList(context, { state: "open", limit: 20 });
  assert.deepEqual(JSON.parse(out[0] ?? ""), {
    documentId: "doc_1",
    revision: 1,
    state: "open",
    documentType: "claim_form",
    payerId: "aetna",
    confidence: 0.61,
    createdAtMs: 0,
    reasons: ITEM.reasons,
  });
});

test("show is masked by default and looks for coverage", async () => {
  const { desk, asked } = recordingDesk();
  const { context, out } = contextOf(desk);
  assert.equal(await reviewShow(context, { documentId: "doc_1", reveal: false }), 0);
  assert.deepEqual(asked, [{ tenant: "acme", documentId: "doc_1", reviewer: "ines", purpose: "COVERAGE", reveal: false }]);
  assert.match(out.join("\n"), /member\.id +61 % +2 +1,2,3,4 +rule +••••••6093/);
  assert.match(out.join("\n"), /missing +drug\.name/);
});

test("a reveal without a purpose is a usage error and asks nothing", async () => {
  const { desk, asked } = recordingDesk();
  const { context, err } = contextOf(desk);
  assert.equal(await reviewShow(context, { documentId: "doc_1", reveal: true }), 2);
  assert.equal(asked.length, 0);
  assert.match(err.join(), /--purpose/);
  assert.equal(await reviewShow(context, { documentId: "doc_1", reveal: true, purpose: "TREAT" }), 0);
});

test("settle reads values from a file, not from the command line", async () => {
  const folder = await mkdtemp(join(tmpdir(), "verdict-"));
  const path = join(folder, "verdict.json");
  await writeFile(path, JSON.stringify({ decision: "denied", fields: { "member.id": "W1" } }));
  const { desk, asked } = recordingDesk();
  const { context, out } = contextOf(desk, true);
  assert.equal(await reviewSettle(context, { documentId: "doc_1", outcome: "accept", verdictPath: path }), 0);
  assert.deepEqual(asked, [
    {
      tenant: "acme",
      documentId: "doc_1",
      reviewer: "ines",
      purpose: "COVERAGE",
      verdict: { outcome: "accept", decision: "denied", fields: { "member.id": "W1" } },
    },
  ]);
  assert.deepEqual(JSON.parse(out[0] ?? ""), { documentId: "doc_1", revision: 2, state: "understood" });
  for (const bad of ["{", "[]", '{"fields":{"a":1}}', '{"extra":1}']) {
    await writeFile(path, bad);
    assert.equal(await reviewSettle(context, { documentId: "doc_1", outcome: "accept", verdictPath: path }), 2, bad);
  }
  await rm(folder, { recursive: true });
  assert.equal(await reviewSettle(context, { documentId: "doc_1", outcome: "accept", verdictPath: path }), 3);
  assert.equal(asked.length, 1);
});

test("retry says which revision it became", async () => {
  const { context, out } = contextOf(recordingDesk().desk);
  assert.equal(await reviewRetry(context, { documentId: "doc_1" }), 0);
  assert.deepEqual(out, ["doc_1: received again, revision 3"]);
});

test("failures have the exit codes of the contract", async () => {
  const cases = [
    ["NOT_FOUND", 3],
    ["PERMISSION_DENIED", 4],
    ["ABORTED", 5],
    ["UNAVAILABLE", 75],
  ] as const;
  for (const [code, exit] of cases) {
    const { desk } = recordingDesk(new PayerHubError(code, "trying: planted, none is required"));
    const { context, out, err } = contextOf(desk);
    assert.equal(await reviewRetry(context, { documentId: "doc_1" }), exit);
    assert.equal(await reviewShow(context, { documentId: "doc_1", reveal: false }), exit);
    assert.deepEqual([out.length, err.length], [0, 2]);
  }
});
