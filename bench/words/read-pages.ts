import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { generateDocument } from "../../corpus/generate.ts";
import { readConfigFrom } from "../../mesh/read/config.ts";
import { readWholeDocument } from "../../mesh/read/read-document.ts";
import { createReadPools } from "../../mesh/read/read-pools.ts";
import { PageWords } from "../../proto/document/v1/document.pb.ts";
import { buildPlan } from "../documents/plan.ts";
import { checkSeeds } from "../text/seed-split.ts";

// Reads generated documents with the shipped OCR and prints pages, pictures and truth as NDJSON, for bench/words/fit-arbitration.ts:
// node bench/words/read-pages.ts --first 800000 --seeds 4 > out/words/pages.ndjson
const { values } = parseArgs({ options: { first: { type: "string", default: "800000" }, seeds: { type: "string", default: "1" } } });
const first = Number(values.first);
const seeds = checkSeeds("validate", first, Number(values.seeds));
const { signal } = new AbortController();
const config = readConfigFrom();
const pools = await createReadPools(config);
const codes = loadCodeSets();
for (const planned of buildPlan(first, seeds.length)) {
  const { truth, bytes } = await generateDocument({ ...planned, codes });
  const { pages, images } = await readWholeDocument(bytes, { config, pools, signal });
  for (const [at, page] of pages.entries()) {
    const image = images[at];
    if (image === undefined) continue;
    const words = truth.words.filter((word) => word.page === at + 1);
    const { seed, type, quality } = planned;
    const tags = { seed, type, quality, font: truth.font, layout: truth.layout };
    process.stdout.write(
      `${JSON.stringify({ ...tags, page: PageWords.toJSON(page), truth: words, png: Buffer.from(image).toString("base64") })}\n`,
    );
  }
  process.stderr.write(`seed ${planned.seed}, type ${planned.type}: ${pages.length} pages\n`);
}
await pools.stop();
