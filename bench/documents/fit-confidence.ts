import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadCodeSets } from "../../corpus/code-sets.ts";
import { createReadConfig, type ReadConfig, readConfigFrom, readConfigSchema } from "../../mesh/read/config.ts";
import { createReadPools } from "../../mesh/read/read-pools.ts";
import { type CodeBook, loadCodeBook } from "../../mesh/understand/code-book.ts";
import rulesOnly from "../../mesh/understand/data/confidence-weights.json" with { type: "json" };
import { FEATURES, featuresOf, type FieldGroup, MODEL_FEATURES } from "../../mesh/understand/confidence.ts";
import { fieldGroup } from "../../mesh/understand/field-group.ts";
import type { DocumentLabels } from "../../mesh/understand/text-models.ts";
import { resolveDocument } from "../../mesh/understand/understand.ts";
import { sameValue } from "../same-value.ts";
import { fitLogistic, type Observation, probability, reliability } from "./logistic.ts";
import { type Sample, takeSample } from "./sample.ts";
import { buildPlan } from "./plan.ts";
import { openSampleModels, type SampleModels } from "./text-labels.ts";

// Fits the confidence of fields on generated, really read documents and writes mesh/understand/data/confidence-weights.json
// and confidence-weights-models.json, for rules alone and for rules with text models beside them:
// node bench/documents/fit-confidence.ts --first 810000 --count 40 --engine tesseract --engine tesseract.js --cache /tmp/readings
// Each engine reads every document: its words differ, and one set of weights has to judge both. The weights for models begin
// at those for rules; --keep-rules leaves these as they are. Seeds of even number fit, odd ones measure. Seeds below 800000 train
// the text models, which would know them too well, and seeds from 900000 on belong to the evaluation: both are refused.

const FIRST_SEED = 800_000;
const EVALUATION_SEEDS = 900_000;
/** Longest run: reading thousands of pages takes hours. */
const RUN_MS = 24 * 3_600_000;
const RULES_FILE = "confidence-weights.json";
const MODELS_FILE = "confidence-weights-models.json";
const GROUPS: readonly FieldGroup[] = ["checked_code", "plain_code", "date", "money", "name", "text", "choice", "number"];
/** Pull of the common weights towards zero, and of a group's weights towards the common ones, in observations. */
const COMMON_PULL = 2;
const GROUP_PULL = 4;

interface Row extends Observation {
  readonly seed: number;
  readonly group: FieldGroup;
}

/** Rows of documents without and with what text models say. */
interface Rows {
  readonly rules: Row[];
  readonly models: Row[];
}

/** What the fitted fields of one document say. */
function rowsOf(sample: Sample, book: CodeBook, labels: DocumentLabels | undefined): Row[] {
  const { truth } = sample;
  const resolution = resolveDocument(sample.pages, { context: { fileName: sample.fileName, sender: "" }, book, labels });
  const printed = new Map(truth.fields.map((field) => [field.name, field.value]));
  return resolution.fields.flatMap(({ name, support }) => {
    const value = printed.get(name);
    const asked = support.best.evidence.model !== undefined;
    if (value === undefined || support.best.value === "" || asked !== (labels !== undefined)) return [];
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
      first: { type: "string", default: "810000" },
      count: { type: "string", default: "40" },
      engine: { type: "string", multiple: true, default: ["auto"] },
      cache: { type: "string" },
      date: { type: "string", default: "" },
      "keep-rules": { type: "boolean", default: false },
    },
  });
  const first = Number(values.first);
  const count = Number(values.count);
  if (first < FIRST_SEED || first + count > EVALUATION_SEEDS)
    throw new RangeError(
      `fitting on seeds "${first}" to "${first + count - 1}": others train or evaluate, they must be ${FIRST_SEED} to ${EVALUATION_SEEDS - 1}`,
    );
  const rows: Rows = { rules: [], models: [] };
  const models = await openSampleModels(AbortSignal.timeout(RUN_MS));
  for (const engine of values.engine) {
    const config = createReadConfig({ ...readConfigFrom(), engine: engineOf(engine) });
    await readRows({ rows, models, config, cache: values.cache }, { first, count });
  }
  await models.stop();
  const source = `bench/documents/fit-confidence.ts, seeds ${first} to ${first + count - 1}, read by ${values.engine.join(" and ")}`;
  const origin = { source, madeOn: values.date };
  const rules = values["keep-rules"] ? rulesOnly.groups : fit(rows.rules, FEATURES);
  if (!values["keep-rules"]) write(RULES_FILE, cardOf(rows.rules, FEATURES), origin);
  else process.stdout.write(`${JSON.stringify({ kept: RULES_FILE, ...reliabilityOf(rows.rules, rules) }, undefined, 2)}\n`);
  write(MODELS_FILE, cardOf(rows.models, [...FEATURES, ...MODEL_FEATURES], rules), origin);
}

type Weights = Readonly<Record<FieldGroup, readonly number[]>>;

function write(name: string, card: ReturnType<typeof cardOf>, origin: { readonly source: string; readonly madeOn: string }): void {
  const path = fileURLToPath(new URL(`../../mesh/understand/data/${name}`, import.meta.url));
  writeFileSync(path, `${JSON.stringify({ ...origin, ...card }, undefined, 2)}\n`);
  process.stdout.write(`${JSON.stringify({ name, ...card, groups: undefined, features: undefined }, undefined, 2)}\n`);
}

/** Weights of all rows, and how well those of even seeds judge odd ones. */
function cardOf(rows: readonly Row[], features: readonly string[], base?: Weights) {
  const [even, odd] = [rows.filter((row) => row.seed % 2 === 0), rows.filter((row) => row.seed % 2 === 1)];
  return {
    observations: rows.length,
    wrong: rows.filter((row) => !row.right).length,
    heldOut: reliabilityOf(odd, fit(even, features, base)),
    features,
    groups: Object.fromEntries(Object.entries(fit(rows, features, base)).map(([group, weights]) => [group, weights.map(round)])),
  };
}

function reliabilityOf(rows: readonly Row[], weights: Weights) {
  const { ece, bins } = reliability(rows.map((row) => ({ stated: probability(row.features, weights[row.group]), right: row.right })));
  return {
    observations: rows.length,
    ece: round(ece),
    bins: bins.map((bin) => ({ count: bin.count, stated: round(bin.stated), right: round(bin.right) })),
  };
}

interface Reading {
  readonly rows: Rows;
  readonly models: SampleModels;
  readonly config: ReadConfig;
  readonly cache: string | undefined;
}

/** Every document of the plan, read by one engine. */
async function readRows({ rows, models, config, cache }: Reading, { first, count }: { first: number; count: number }): Promise<void> {
  const pools = await createReadPools(config);
  const sampler = { codes: loadCodeSets(), config, pools, signal: AbortSignal.timeout(RUN_MS), cache };
  const book = loadCodeBook();
  const plan = buildPlan(first, count);
  const startedAt = performance.now();
  for (const [done, planned] of plan.entries()) {
    const sample = await takeSample(planned, sampler);
    rows.rules.push(...rowsOf(sample, book, undefined));
    rows.models.push(...rowsOf(sample, book, await models.label(sample)));
    const secondsLeft = ((performance.now() - startedAt) / 1000 / (done + 1)) * (plan.length - done - 1);
    process.stderr.write(`${config.engine}: ${done + 1}/${plan.length} documents, ${secondsLeft.toFixed(0)} s left\n`);
  }
  await pools.stop();
}

function engineOf(name: string): ReadConfig["engine"] {
  return readConfigSchema.shape.engine.unwrap().parse(name);
}

/** Weights by group: common ones first, then each group's own near them, or near the base as far as that goes. */
function fit(rows: readonly Row[], features: readonly string[], base?: Weights): Record<FieldGroup, number[]> {
  const common = fitLogistic(rows, { prior: features.map(() => 0), pull: COMMON_PULL });
  const priorOf = (group: FieldGroup) => [...(base?.[group] ?? []), ...common.slice(base?.[group].length ?? 0)];
  const groups = GROUPS.map(
    (group) =>
      [
        group,
        fitLogistic(
          rows.filter((row) => row.group === group),
          { prior: priorOf(group), pull: GROUP_PULL },
        ),
      ] as const,
  );
  return Object.fromEntries(groups) as Record<FieldGroup, number[]>;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

await main();
