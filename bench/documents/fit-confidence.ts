import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { readConfigFrom } from "../../mesh/read/config.ts";
import { createReadPools } from "../../mesh/read/read-pools.ts";
import { type CodeBook, loadCodeBook } from "../../mesh/understand/code-book.ts";
import { FEATURES, featuresOf, type FieldGroup } from "../../mesh/understand/confidence.ts";
import { fieldGroup } from "../../mesh/understand/field-group.ts";
import { resolveDocument } from "../../mesh/understand/understand.ts";
import { sameValue } from "../same-value.ts";
import { fitLogistic, type Observation, probability, reliability } from "./logistic.ts";
import { type Sample, takeSample } from "./sample.ts";
import { buildPlan } from "./plan.ts";

// Fits the confidence of fields on generated, really read documents and writes mesh/understand/data/confidence-weights.json:
// node bench/documents/fit-confidence.ts --first 0 --count 40 --cache /tmp/readings
// Seeds of even number fit, odd ones measure. Seeds from 900000 on belong to the evaluation and are refused.

const EVALUATION_SEEDS = 900_000;
const GROUPS: readonly FieldGroup[] = ["checked_code", "plain_code", "date", "money", "name", "text", "choice", "number"];
/** Pull of the common weights towards zero, and of a group's weights towards the common ones, in observations. */
const COMMON_PULL = 2;
const GROUP_PULL = 4;

interface Row extends Observation {
  readonly seed: number;
  readonly group: FieldGroup;
}

/** What the fitted fields of one document say. */
function rowsOf(sample: Sample, book: CodeBook): Row[] {
  const { truth } = sample;
  const resolution = resolveDocument(sample.pages, { fileName: sample.fileName, sender: "" }, book);
  const printed = new Map(truth.fields.map((field) => [field.name, field.value]));
  return resolution.fields.flatMap(({ name, support }) => {
    const value = printed.get(name);
    if (value === undefined || support.best.value === "") return [];
    return [
      {
        seed: Number(truth.seed),
        group: fieldGroup(name),
        features: featuresOf(support),
        right: sameValue(name, support.best.value, value),
      },
    ];
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      first: { type: "string", default: "0" },
      count: { type: "string", default: "40" },
      cache: { type: "string" },
      date: { type: "string", default: "" },
    },
  });
  const first = Number(values.first);
  const count = Number(values.count);
  if (first + count > EVALUATION_SEEDS)
    throw new RangeError(
      `fitting on seeds up to "${first + count}": they belong to the evaluation, they must stay below ${EVALUATION_SEEDS}`,
    );
  const config = readConfigFrom();
  const pools = await createReadPools(config);
  const sampler = { codes: loadCodeSets(), config, pools, signal: AbortSignal.timeout(24 * 3_600_000), cache: values.cache };
  const book = loadCodeBook();
  const rows: Row[] = [];
  for (const planned of buildPlan(first, count)) rows.push(...rowsOf(await takeSample(planned, sampler), book));
  await pools.stop();
  const held = fit(rows.filter((row) => row.seed % 2 === 0));
  const judged = rows
    .filter((row) => row.seed % 2 === 1)
    .map((row) => ({ stated: probability(row.features, held[row.group]), right: row.right }));
  const { ece, bins } = reliability(judged);
  const card = {
    source: `bench/documents/fit-confidence.ts, seeds ${first} to ${first + count - 1}`,
    madeOn: values.date,
    observations: rows.length,
    wrong: rows.filter((row) => !row.right).length,
    heldOut: {
      observations: judged.length,
      ece: round(ece),
      bins: bins.map((bin) => ({ count: bin.count, stated: round(bin.stated), right: round(bin.right) })),
    },
    features: FEATURES,
    groups: Object.fromEntries(Object.entries(fit(rows)).map(([group, weights]) => [group, weights.map(round)])),
  };
  const path = fileURLToPath(new URL("../../mesh/understand/data/confidence-weights.json", import.meta.url));
  writeFileSync(path, `${JSON.stringify(card, undefined, 2)}\n`);
  process.stdout.write(`${JSON.stringify({ ...card, groups: undefined, features: undefined }, undefined, 2)}\n`);
}

/** Weights by group: common ones first, then each group's own near them. */
function fit(rows: readonly Row[]): Record<FieldGroup, number[]> {
  const common = fitLogistic(rows, { prior: FEATURES.map(() => 0), pull: COMMON_PULL });
  const groups = GROUPS.map(
    (group) =>
      [
        group,
        fitLogistic(
          rows.filter((row) => row.group === group),
          { prior: common, pull: GROUP_PULL },
        ),
      ] as const,
  );
  return Object.fromEntries(groups) as Record<FieldGroup, number[]>;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

await main();
