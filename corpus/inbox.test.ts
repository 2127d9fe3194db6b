import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import type { GeneratedDocument } from "./generate.ts";
import { generateInbox, type InboxProgress, writeInbox } from "./inbox.ts";
import { truthSchema } from "./truth.ts";

let documents: GeneratedDocument[] = [];
const progress: InboxProgress[] = [];

before(async () => {
  documents = await generateInbox({ seed: "test", onProgress: (step) => progress.push(step) });
});

test("sixteen documents, forty pages or more, all types, six payers, several formats", () => {
  assert.equal(documents.length, 16);
  assert.ok(documents.reduce((sum, one) => sum + one.truth.pages.length, 0) >= 40);
  assert.equal(new Set(documents.map((one) => one.truth.documentType)).size, 11);
  assert.equal(new Set(documents.map((one) => one.truth.payerId)).size, 6);
  assert.equal(new Set(documents.map((one) => one.mediaType)).size, 3);
  assert.equal(new Set(documents.map((one) => one.fileName)).size, 16);
});

test("one prior authorization fax has six pages or more", () => {
  assert.ok(documents.some((one) => one.truth.documentType === 1 && one.mediaType === "image/tiff" && one.truth.pages.length >= 6));
});

test("three difficulties: clean, mild, and what must be reviewed", () => {
  const auto = documents.filter((one) => one.truth.expected.outcome === "auto");
  const review = documents.filter((one) => one.truth.expected.outcome === "review");
  assert.equal(auto.length + review.length, 16);
  assert.ok(review.length >= 4);
  assert.ok(auto.some((one) => one.truth.quality.level === "clean") && auto.some((one) => one.truth.quality.level === "mild"));
});

test("progress counts every document once", () => {
  assert.deepEqual(
    progress.map((step) => step.done),
    Array.from({ length: 16 }, (_, index) => index + 1),
  );
});

test("files and truth are written to separate folders", async () => {
  const folder = await mkdtemp(join(tmpdir(), "corpus-"));
  try {
    await writeInbox(documents.slice(0, 2), { inbox: join(folder, "in"), truth: join(folder, "truth") });
    assert.deepEqual(
      await readdir(join(folder, "in")),
      documents
        .slice(0, 2)
        .map((one) => one.fileName)
        .toSorted(),
    );
    for (const name of await readdir(join(folder, "truth")))
      truthSchema.parse(JSON.parse(await readFile(join(folder, "truth", name), "utf8")));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an aborted generation stops", async () => {
  const controller = new AbortController();
  const run = generateInbox({ seed: "abort", signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(run, { name: "AbortError" });
});
