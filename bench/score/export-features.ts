import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { readConfigFrom } from "../../mesh/read/config.ts";
import { createReadPools } from "../../mesh/read/read-pools.ts";
import { loadCodeBook } from "../../mesh/understand/code-book.ts";
import { readRowOf, rowsOf } from "./rows.ts";
import type { Row } from "./rows.ts";

// Prints feature rows as NDJSON: node bench/score/export-features.ts --seed 1 --documents 1500 > rows.ndjson
// --scenarios adds the strange ones; --pixels reads real pages instead of simulating it, seconds each.
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    /** Number of the first document: parts made by several processes add up to the whole. */
    first: { type: "string", default: "0" },
    documents: { type: "string", default: "100" },
    scenarios: { type: "boolean", default: false },
    pixels: { type: "boolean", default: false },
  },
});
const tools = { codes: loadCodeSets(), book: loadCodeBook() };
const print = (rows: readonly Row[]) => {
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
};
const seeds = Array.from({ length: Number(values.documents) }, (_, index) => `score/${values.seed}/${Number(values.first) + index}`);
if (values.pixels) {
  const config = readConfigFrom();
  const pools = await createReadPools(config);
  for (const seed of seeds) print([await readRowOf(seed, { ...tools, config, pools })]);
  await pools.stop();
} else {
  for (const seed of seeds) print(await rowsOf(seed, { tools, scenarios: values.scenarios }));
}
