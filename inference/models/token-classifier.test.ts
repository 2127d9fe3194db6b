import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { SHIPPED_MODELS } from "./repository.ts";
import { loadTokenClassifier } from "./token-classifier.ts";

for (const name of ["layoutlmv3", "biobert"] as const) {
  test(`the shipped ${name} has labels in pairs and a tokenizer`, async () => {
    const { labels, contract, tokenizer, paddingId } = await loadTokenClassifier(SHIPPED_MODELS, name);
    assert.equal(labels[0], "O");
    for (const label of labels.slice(1)) assert.ok(labels.includes(`${label.startsWith("B") ? "I" : "B"}${label.slice(1)}`), label);
    assert.equal(contract.outputs[0]?.shape.at(-1), labels.length);
    assert.ok(paddingId < tokenizer.size);
    assert.ok(tokenizer.encodeWords(["Member", "ID:", "W123456789"]).ids.length > 3);
  });
}

const TOKENIZER = "tokenizer.json";
for (const { what, labels, tokenizer, says } of [
  { what: "no labels", labels: undefined, tokenizer: "{}", says: /reading "labels.txt" of model "biobert": it cannot be read/ },
  { what: "a label of another form", labels: "O\nX-id\n", tokenizer: "{}", says: /it has "X-id"/ },
  { what: "labels that do not begin with O", labels: "B-id\nI-id\n", tokenizer: "{}", says: /it has "B-id"/ },
  { what: "no tokenizer", labels: "O\n", tokenizer: undefined, says: /reading "tokenizer.json" of model "biobert": it cannot be read/ },
  { what: "a broken tokenizer", labels: "O\n", tokenizer: "{", says: /it is no JSON/ },
]) {
  test(`${what} is refused by name`, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "biobert"));
    if (labels !== undefined) await writeFile(join(folder.path, "biobert", "labels.txt"), labels);
    if (tokenizer !== undefined) await writeFile(join(folder.path, "biobert", TOKENIZER), tokenizer);
    await assert.rejects(loadTokenClassifier(folder.path, "biobert"), { code: "FAILED_PRECONDITION", message: says });
  });
}
