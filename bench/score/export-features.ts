import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { loadCodeBook } from "../../mesh/understand/code-book.ts";
import { rowsOf } from "./rows.ts";

// Prints feature rows as NDJSON: node bench/score/export-features.ts --seed 1 --documents 1500 [--scenarios] > rows.ndjson
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    documents: { type: "string", default: "100" },
    scenarios: { type: "boolean", default: false },
  },
});
const tools = { codes: loadCodeSets(), book: loadCodeBook() };
for (let index = 0; index < Number(values.documents); index += 1) {
  const rows = await rowsOf(`score/${values.seed}/${index}`, { tools, scenarios: values.scenarios });
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}
