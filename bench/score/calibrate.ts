import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fitConfidence, thresholdAt } from "../../mesh/score/calibrate.ts";
import type { Calibration } from "../../mesh/score/calibration.ts";
import { FEATURE_NAMES } from "../../mesh/score/features.ts";
import { figuresOf } from "./figures.ts";
import type { Figures } from "./figures.ts";
import type { Row } from "./rows.ts";
import { scoreRows } from "./score-rows.ts";

// Sets the thresholds on one set of rows, measures them on another, and writes calibration and model cards:
// node bench/score/calibrate.ts --train train.ndjson --calibrate calibrate.ndjson --evaluate evaluate.ndjson --pixels pixels.ndjson --date 2026-11-22

/** Normal documents that one model alone may take for strange: 1 in 200. */
const QUANTILE = 0.995;

const { values } = parseArgs({
  options: {
    train: { type: "string", default: "" },
    calibrate: { type: "string", default: "" },
    evaluate: { type: "string", default: "" },
    pixels: { type: "string", default: "" },
    date: { type: "string", default: "" },
  },
});
const readRows = (path: string): readonly Row[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Row => JSON.parse(line));

// A document with a missing field goes to a person anyway: the thresholds are for those that would pass.
const passing = readRows(values.calibrate).filter((row) => row.probability > 0);
// Real reading is dear, so its rows serve twice: even ones set thresholds, odd ones measure.
const pixels = readRows(values.pixels);
const complete = pixels.filter((row, index) => index % 2 === 0 && row.probability > 0);
const held = await scoreRows([...passing, ...complete]);
const read = held.filter((row) => row.variant !== "ideal");
const calibration: Calibration = {
  madeOn: values.date,
  data: `${passing.length} complete simulated normal rows (seed calibrate-1) and ${complete.length} from pixels (seed pixels-1) of bench/score/export-features.ts`,
  isolationForest: thresholdOf(held.map((row) => row.isolationForest)),
  autoencoder: thresholdOf(held.map((row) => row.autoencoder)),
  residual: thresholdOf(held.map((row) => row.residual)),
  confidence: fitConfidence(read),
};
const odd = pixels.filter((_, index) => index % 2 === 1).map((row) => ({ ...row, scenario: "normal_from_pixels" }));
const figures = figuresOf(await scoreRows([...readRows(values.evaluate), ...odd]), calibration);
writeFileSync(
  fileURLToPath(new URL("../../mesh/score/data/calibration.json", import.meta.url)),
  `${JSON.stringify(calibration, undefined, 2)}\n`,
);
const trained = readRows(values.train).length;
for (const model of ["isolation_forest", "autoencoder"]) writeCard(model, { calibration, figures, trained });
process.stdout.write(`${JSON.stringify({ calibration, figures }, undefined, 2)}\n`);

function thresholdOf(scores: readonly number[]): Calibration["residual"] {
  return { threshold: Number(thresholdAt(scores, QUANTILE).toPrecision(6)), quantile: QUANTILE };
}

interface CardFacts {
  readonly calibration: Calibration;
  readonly figures: Figures;
  readonly trained: number;
}

function writeCard(model: string, { calibration, figures, trained }: CardFacts): void {
  const folder = new URL(`../../inference/repository/${model}/`, import.meta.url);
  const sha256 = createHash("sha256")
    .update(readFileSync(new URL("1/model.onnx", folder)))
    .digest("hex");
  const { autoencoder, isolationForest, residual } = calibration;
  const thresholds =
    model === "autoencoder"
      ? `error ${autoencoder.threshold}, residual of one feature ${residual.threshold}`
      : `score ${isolationForest.threshold}`;
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const table = Object.entries(figures.scenarios).map(
    ([name, found]) =>
      `| ${name} | ${found.documents} | ${percent(found.isolationForest)} | ${percent(found.autoencoder)} | ${percent(found.models)} | ${percent(found.modelsOrRules)} |`,
  );
  const lines = [
    `# Model card: ${model}, version 1`,
    "",
    "- License: Apache-2.0",
    `- Made on ${calibration.madeOn}; SHA-256 of \`1/model.onnx\`: \`${sha256}\``,
    `- Input: ${FEATURE_NAMES.length} features of one document, in this order: ${FEATURE_NAMES.join(", ")}`,
    `- Trained on ${trained} rows of generated, normal documents (seed train-1): drawn by \`corpus/\`, read by simulation, understood and`,
    "  measured by the product's own code; a third of them with the drawn values instead of the understood ones",
    `- Thresholds: ${thresholds}; each the ${QUANTILE} quantile of ${calibration.data}`,
    "- No real document and no person went into it; how it fares on real ones is not known",
    "",
    "Share of documents above the threshold, on seed evaluate-1, which neither trained nor calibrated anything. Every strange document is",
    "otherwise ideally understood. `rule`: a blocking rule apart from those on confidence and missing fields. `normal_from_pixels` (seed",
    "pixels-1): generated documents that were faxed and read by the real read stage; the few it reads badly are strange by right.",
    "",
    "| scenario | documents | isolation forest | autoencoder | either model | model or rule |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...table,
    "",
    `At one strange document in ten: models alone precision ${percent(figures.precisionModels)} at recall ${percent(figures.recallModels)};`,
    `models and rules precision ${percent(figures.precisionModelsOrRules)} at recall ${percent(figures.recallModelsOrRules)}.`,
    "",
    "How to make it again: `inference/training/README.md`.",
    "",
  ];
  writeFileSync(new URL("CARD.md", folder), lines.join("\n"));
}
