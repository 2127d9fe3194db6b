import type { DocumentKind } from "../../corpus/documents/draft.ts";
import { KINDS } from "../../corpus/documents/kinds.ts";
import { createRandom } from "../../corpus/random.ts";
import type { Random } from "../../corpus/random.ts";
import type { TruthField } from "../../corpus/truth.ts";
import { ACTED_ON } from "../../mesh/fields.ts";
import { PAYERS } from "../../mesh/payers/directory.ts";
import { scoreConfigSchema } from "../../mesh/score/config.ts";
import { gatherEvidence } from "../../mesh/score/evidence.ts";
import type { Evidence } from "../../mesh/score/evidence.ts";
import { extractFeatures } from "../../mesh/score/features.ts";
import { RULES } from "../../mesh/score/rules.ts";
import type { Understanding } from "../../proto/document/v1/document.pb.ts";
import { sameValue } from "../same-value.ts";
import { SCENARIOS } from "./anomalies.ts";
import { readGenerated } from "./read-document.ts";
import type { ReadingTools } from "./read-document.ts";
import { drawForReading } from "./simulate-document.ts";
import type { SimulationTools, UnderstoodDocument } from "./simulate-document.ts";
import { FINE, POOR, SCAN, STANDARD, TEXT_LAYER } from "./simulate-reading.ts";

/** One document as the models see it. */
export interface Row {
  /** `normal` or the id of what was made strange. */
  readonly scenario: string;
  readonly type: number;
  readonly quality: string;
  /** `pixels`: drawn, faxed and read by the read stage; `read`: fields from understanding; `ideal`: fields from the truth, as a perfect understanding would give them. */
  readonly variant: "pixels" | "read" | "ideal";
  readonly features: readonly number[];
  /** Blocking rules that strike, fields' confidence aside. */
  readonly rules: readonly string[];
  /** Product of the probabilities of type and acted-on fields; 0 when one is missing. */
  readonly probability: number;
  /** Whether all of them are right. */
  readonly right: boolean;
}

/** What low confidence alone does is no matter of anomaly. */
const CONFIDENCE_RULES: ReadonlySet<string> = new Set(["field.low_confidence", "field.missing", "document.type_uncertain"]);

/** Rows of one drawn document: as read twice, as ideally understood, and the latter made strange in every way that fits. */
export async function rowsOf(
  seed: string,
  options: { readonly tools: SimulationTools; readonly scenarios: boolean },
): Promise<readonly Row[]> {
  const { tools } = options;
  const random = createRandom(`${seed}/row`);
  const kind = random.pick(KINDS.filter(({ type }) => ACTED_ON[type] !== undefined));
  const [first = FINE, second = SCAN] = random.shuffle([TEXT_LAYER, SCAN, FINE, STANDARD]);
  const read = await drawForReading(seed, kind, tools);
  const row = (document: UnderstoodDocument, about: Pick<Row, "scenario" | "variant" | "quality">) =>
    toRow(gatherEvidence(document.understanding, document.pages, tools.book.drugs), { ...about, type: kind.type }, document.truth);
  const [one, two] = [read(first), read(second)];
  const ideal = { ...one, understanding: idealUnderstanding(one, kind, random.fork("ideal")) };
  const rows = [
    row(one, { scenario: "normal", variant: "read", quality: first.name }),
    row(two, { scenario: "normal", variant: "read", quality: second.name }),
    row(ideal, { scenario: "normal", variant: "ideal", quality: first.name }),
  ];
  if (!options.scenarios) return rows;
  rows.push(row(read(POOR), { scenario: "read_poorly", variant: "read", quality: POOR.name }));
  for (const scenario of SCENARIOS) {
    const understanding = scenario.apply(ideal.understanding, random.fork(scenario.id), tools.book.drugs);
    if (understanding === undefined) continue;
    rows.push(row({ ...ideal, understanding }, { scenario: scenario.id, variant: "ideal", quality: first.name }));
  }
  return rows;
}

/** The row of one generated document that went the whole way, pixels and all. */
export async function readRowOf(seed: string, tools: ReadingTools): Promise<Row> {
  const random = createRandom(`${seed}/row`);
  const { type } = random.pick(KINDS.filter((kind) => ACTED_ON[kind.type] !== undefined));
  const [resolution, level, family] = random.pick([
    ["pdf", "clean", "scanner"],
    ["fine", "mild", "fax"],
    ["fine", "mild", "fax"],
    ["standard", "mild", "fax"],
    ["scan200", "clean", "scanner"],
  ] as const);
  const document = await readGenerated(seed, { type, quality: { resolution, level, family } }, tools);
  const evidence = gatherEvidence(document.understanding, document.pages, tools.book.drugs);
  return toRow(evidence, { scenario: "normal", type, quality: `${resolution}_${level}`, variant: "pixels" }, document.truth);
}

/** Every printed field, found and right, as sure as fields are when they are right. */
function idealUnderstanding({ understanding, truth }: UnderstoodDocument, kind: DocumentKind, random: Random): Understanding {
  const value = (name: string) => truth.find((field) => field.name === name)?.value;
  const typeConfidence = random.between(0.9, 1);
  return {
    ...understanding,
    type: kind.type,
    typeConfidence,
    candidates: [{ type: kind.type, confidence: typeConfidence }],
    fields: truth.map((field) => ({
      name: field.name,
      rawText: field.printed,
      value: field.value,
      confidence: Math.min(1, 0.86 + 0.14 * Math.sqrt(random.next())),
      page: field.page,
      box: field.box,
      wordIndexes: [],
      steps: [],
      method: "truth",
      required: false,
    })),
    decision: value("decision") ?? "",
    payerId: PAYERS.find((payer) => payer.displayName === value("payer.name"))?.id ?? "",
    missingFields: [],
  };
}

function toRow(evidence: Evidence, base: Pick<Row, "scenario" | "type" | "quality" | "variant">, truth: readonly TruthField[]): Row {
  const config = scoreConfigSchema.parse({});
  const struck = RULES.filter((rule) => rule.effect === "blocking" && rule.hits(evidence, config).length > 0).map(({ id }) => id);
  const { understanding, actedOn } = evidence;
  const probability =
    actedOn.missing.length > 0 ? 0 : actedOn.found.reduce((product, field) => product * field.confidence, understanding.typeConfidence);
  const values = new Map(truth.map((field) => [field.name, field.value]));
  return {
    ...base,
    features: Array.from(extractFeatures(evidence), (feature) => Number(feature.toPrecision(8))),
    rules: struck.filter((id) => !CONFIDENCE_RULES.has(id)),
    probability,
    right: understanding.type === base.type && actedOn.found.every(({ name, value }) => sameValue(name, value, values.get(name) ?? "")),
  };
}
