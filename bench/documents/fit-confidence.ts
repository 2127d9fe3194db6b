import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { createReadConfig, type ReadConfig, readConfigFrom, readConfigSchema } from "../../mesh/read/config.ts";
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
// node bench/documents/fit-confidence.ts --first 0 --count 40 --engine tesseract --engine tesseract.js --cache /tmp/readings
// Each engine reads every document: its words differ, and one set of weights has to judge both. Seeds of even number fit, odd ones measure. Seeds from 900000 on belong to the evaluation and are refused.

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
      engine: { type: "string", multiple: true, default: ["auto"] },
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
  const rows: Row[] = [];
  for (const engine of values.engine)
    rows.push(...(await readRows(createReadConfig({ ...readConfigFrom(), engine: engineOf(engine) }), values.cache, { first, count })));
  const held = fit(rows.filter((row) => row.seed % 2 === 0));
  const judged = rows
    .filter((row) => row.seed % 2 === 1)
    .map((row) => ({ stated: probability(row.features, held[row.group]), right: row.right }));
  const { ece, bins } = reliability(judged);
  const card = {
    source: `bench/documents/fit-confidence.ts, seeds ${first} to ${first + count - 1}, read by ${values.engine.join(" and ")}`,
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

/** Every document of the plan, read by one engine. */
async function readRows(config: ReadConfig, cache: string | undefined, { first, count }: { first: number; count: number }): Promise<Row[]> {
  const pools = await createReadPools(config);
  const sampler = { codes: loadCodeSets(), config, pools, signal: AbortSignal.timeout(24 * 3_600_000), cache };
  const book = loadCodeBook();
  const rows: Row[] = [];
  const plan = buildPlan(first, count);
  const startedAt = performance.now();
  for (const [done, planned] of plan.entries()) {
    rows.push(...rowsOf(await takeSample(planned, sampler), book));
    const secondsLeft = ((performance.now() - startedAt) / 1000 / (done + 1)) * (plan.length - done - 1);
    process.stderr.write(`${config.engine}: ${done + 1}/${plan.length} documents, ${secondsLeft.toFixed(0)} s left\n`);
  }
  await pools.stop();
  return rows;
}

function engineOf(name: string): ReadConfig["engine"] {
  return readConfigSchema.shape.engine.unwrap().parse(name);
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
