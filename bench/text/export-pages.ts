import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { generateDocument } from "../../corpus/generate.ts";
import { createRandom } from "../../corpus/random.ts";
import type { Quality, Truth } from "../../corpus/truth.ts";
import { readConfigFrom } from "../../mesh/read/config.ts";
import { readWholeDocument } from "../../mesh/read/read-document.ts";
import { createReadPools } from "../../mesh/read/read-pools.ts";
import type { PageWords } from "../../proto/document/v1/document.pb.ts";
import { TYPES } from "../documents/plan.ts";
import { FINE, POOR, SCAN, simulateReading, STANDARD, TEXT_LAYER } from "../score/simulate-reading.ts";
import { entityLabels, fieldLabels } from "./entity-types.ts";
import { pageRow, rowImage } from "./page-row.ts";
import { checkSeeds, type Split } from "./seed-split.ts";

// Prints labeled pages as NDJSON, read by the product's own reader: seconds a page.
// node bench/text/export-pages.ts --split train --first 1 --seeds 300 --images > out/text/train.ndjson
// One document of each of the 11 types a seed. --without font=tinos --without layout=table --without family=scanner holds out
// what an evaluation is to show that training never saw. --simulate gives drawn words with simulated misreadings and no picture
// instead of reading pixels: twenty times as many pages, to stand beside really read ones.
const { values } = parseArgs({
  options: {
    split: { type: "string", default: "train" },
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    images: { type: "boolean", default: false },
    without: { type: "string", multiple: true, default: [] },
    simulate: { type: "boolean", default: false },
  },
});

/** Conditions in which documents are drawn, in turn. */
const QUALITIES: readonly Quality[] = [
  { resolution: "fine", level: "mild", family: "fax" },
  { resolution: "standard", level: "mild", family: "fax" },
  { resolution: "fine", level: "mild", family: "scanner" },
  { resolution: "fine", level: "clean", family: "fax" },
  { resolution: "fine", level: "bad", family: "fax" },
  { resolution: "scan200", level: "mild", family: "scanner" },
  { resolution: "pdf", level: "clean", family: "fax" },
];

/** How drawn words are misread, in turn. */
const READINGS = [FINE, STANDARD, SCAN, POOR, TEXT_LAYER] as const;
const DRAWN: Quality = { resolution: "pdf", level: "clean", family: "fax" };

const seeds = checkSeeds(values.split as Split, Number(values.first), Number(values.seeds));
const { signal } = new AbortController();
const config = readConfigFrom();
const pools = values.simulate ? undefined : await createReadPools(config);
const codes = loadCodeSets();
const counts = { pages: 0, unlabeled: 0 };
print({ kind: "labels", fields: fieldLabels(), entities: entityLabels() });
for (const seed of seeds) {
  for (const type of TYPES) {
    const quality = values.simulate ? DRAWN : QUALITIES[(seed + type) % QUALITIES.length];
    if (quality === undefined || values.without.includes(`family=${quality.family}`)) continue;
    const { truth, bytes } = await generateDocument({ seed, type, quality, codes });
    if (!isHeldOut(truth)) await printPages(truth, seed, bytes);
  }
  process.stderr.write(`seed ${seed}: ${counts.pages} pages, ${counts.unlabeled} could not be labeled\n`);
}
await pools?.stop();

function isHeldOut({ font, layout }: Truth): boolean {
  return values.without.includes(`font=${font}`) || values.without.includes(`layout=${layout}`);
}

async function printPages(truth: Truth, seed: number, bytes: Uint8Array): Promise<void> {
  const read = pools === undefined ? simulated(truth, seed) : await readWholeDocument(bytes, { config, pools, signal });
  for (const [at, page] of read.pages.entries()) {
    const row = pageRow(truth, seed, page);
    const png = read.images[at];
    if (row === undefined) counts.unlabeled += 1;
    else {
      counts.pages += 1;
      print({ ...row, image: values.images && png !== undefined ? await rowImage(png) : "" });
    }
  }
}

function simulated(truth: Truth, seed: number): { readonly pages: readonly PageWords[]; readonly images: readonly Uint8Array[] } {
  const quality = READINGS[(seed + truth.documentType) % READINGS.length] ?? FINE;
  const random = createRandom(`${seed}/${truth.documentType}/reading`);
  return { pages: simulateReading(truth.words, truth.pages.length, { quality, random }), images: [] };
}

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
