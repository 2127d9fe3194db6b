import assert from "node:assert/strict";
import { test } from "node:test";
import type { WordLabels } from "../../inference/client/word-labels.ts";
import type { PageWords } from "../../proto/document/v1/document.pb.ts";
import { loadCodeBook } from "./code-book.ts";
import { typedPage } from "./page-fixture.ts";
import { pageModel } from "./page-model.ts";
import { placedTokens } from "./placed-tokens.ts";
import type { DocumentLabels } from "./text-models.ts";
import { resolveDocument, understand } from "./understand.ts";

const book = loadCodeBook();
const context = { fileName: "", sender: "" };

/** Kind and probability by token text; all else is nothing. */
type Said = Readonly<Record<string, readonly [kind: string, probability: number]>>;

function labelsOf(texts: readonly string[], said: Said): WordLabels {
  const kinds = ["O", ...new Set(Object.values(said).map(([kind]) => kind))];
  const probabilities = new Float32Array(texts.length * kinds.length);
  for (const [row, text] of texts.entries()) {
    const [kind, probability] = said[text] ?? ["O", 1];
    probabilities[row * kinds.length] = 1 - probability;
    probabilities[row * kinds.length + kinds.indexOf(kind)] = probability;
  }
  return { kinds, probabilities, begins: Uint8Array.from(texts, (text) => (said[text] === undefined ? 0 : 1)) };
}

function documentLabels(page: PageWords, fields: Said, entities: Said = {}): DocumentLabels {
  const tokens = placedTokens(pageModel(page)).map(({ token }) => token);
  const texts = tokens.map(({ text }) => text);
  return { models: ["a", "b"], pages: [{ page: page.page, tokens, fields: labelsOf(texts, fields), entities: labelsOf(texts, entities) }] };
}

/** The label of the id is beyond reading. */
const TORN = typedPage(["# Prior Authorization Request", "", "Member Name: John Smith", "Mfnh$r lQ. W123456789"]);
const fieldOf = (page: PageWords, labels: DocumentLabels | undefined, name: string) =>
  understand([page], { context, book, labels }).fields.find((field) => field.name === name);

test("a value whose printed label cannot be read is found where the layout model sees it", () => {
  assert.equal(fieldOf(TORN, undefined, "member.id"), undefined);
  const found = fieldOf(TORN, documentLabels(TORN, { W123456789: ["member.id", 0.9] }), "member.id");
  assert.deepEqual([found?.value, found?.method], ["W123456789", "layout"]);
});

test("an unsure layout model finds nothing, and lists stay with the rules", () => {
  assert.equal(fieldOf(TORN, documentLabels(TORN, { W123456789: ["member.id", 0.55] }), "member.id"), undefined);
  const listed = documentLabels(TORN, { W123456789: ["lines[].hcpcs", 0.99] });
  assert.equal(
    resolveDocument([TORN], { context, book, labels: listed }).fields.some(({ name }) => name.startsWith("lines")),
    false,
  );
});

test("what the model sees is read by the same parser: words that are no value of the kind are none", () => {
  assert.equal(fieldOf(TORN, documentLabels(TORN, { W123456789: ["member.date_of_birth", 0.99] }), "member.date_of_birth"), undefined);
});

test("a sighting carries the mean voice of its words, its own kind and the strongest other", () => {
  const page = typedPage(["# Prior Authorization Request", "", "Member Name: John Smith"]);
  const labels = documentLabels(
    page,
    { John: ["member.name", 0.9], Smith: ["provider.name", 0.5] },
    { John: ["PERSON", 0.8], Smith: ["PERSON", 0.6] },
  );
  const best = resolveDocument([page], { context, book, labels }).fields.find(({ name }) => name === "member.name")?.support.best;
  assert.deepEqual(best?.evidence.model, { field: 0.45, otherField: 0.25, entity: 0.7, otherEntity: 0 });
});

test("what the models say moves the confidence, and cannot save a value that fails its check", () => {
  const page = typedPage(["# Prior Authorization Request", "", "Prescriber NPI: 1234567893", "Member ID: W123456789"]);
  const confidenceOf = (name: string, labels: DocumentLabels) => fieldOf(page, labels, name)?.confidence ?? Number.NaN;
  const sure = documentLabels(page, { "1234567893": ["provider.npi", 0.99], W123456789: ["member.id", 0.99] });
  const against = documentLabels(page, { "1234567893": ["claim.number", 0.99], W123456789: ["claim.number", 0.99] });
  assert.ok(confidenceOf("member.id", sure) > confidenceOf("member.id", against));
  const broken = typedPage(["# Prior Authorization Request", "", "Prescriber NPI: 1234567890"]);
  const saved = fieldOf(
    broken,
    documentLabels(broken, { "1234567890": ["provider.npi", 1] }, { "1234567890": ["NPI", 1] }),
    "provider.npi",
  );
  assert.ok(saved === undefined || saved.confidence <= 0.5);
});
