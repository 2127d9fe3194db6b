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
// node bench/score/calibrate.ts --train train.ndjson --calibrate calibrate.ndjson --evaluate evaluate.ndjson --date 2026-11-22

/** Normal documents that one model alone may take for strange: 1 in 200. */
const QUANTILE = 0.995;

const { values } = parseArgs({
  options: {
    train: { type: "string", default: "" },
    calibrate: { type: "string", default: "" },
    evaluate: { type: "string", default: "" },
    date: { type: "string", default: "" },
  },
});
const readRows = (path: string): readonly Row[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Row => JSON.parse(line));

const held = await scoreRows(readRows(values.calibrate).filter((row) => row.scenario === "normal"));
const read = held.filter((row) => row.variant === "read" && row.probability > 0);
const calibration: Calibration = {
  madeOn: values.date,
  data: `${held.length} simulated normal documents, seed calibrate-1 of bench/score/export-features.ts`,
  isolationForest: {
    threshold: round(
      thresholdAt(
        held.map((row) => row.isolationForest),
        QUANTILE,
      ),
    ),
    quantile: QUANTILE,
  },
  autoencoder: {
    threshold: round(
      thresholdAt(
        held.map((row) => row.autoencoder),
        QUANTILE,
      ),
    ),
    quantile: QUANTILE,
  },
  confidence: fitConfidence(read),
};
const figures = figuresOf(await scoreRows(readRows(values.evaluate)), calibration);
writeFileSync(
  fileURLToPath(new URL("../../mesh/score/data/calibration.json", import.meta.url)),
  `${JSON.stringify(calibration, undefined, 2)}\n`,
);
const trained = readRows(values.train).length;
for (const model of ["isolation_forest", "autoencoder"]) writeCard(model, { calibration, figures, trained });
process.stdout.write(`${JSON.stringify({ calibration, figures }, undefined, 2)}\n`);

function round(value: number): number {
  return Number(value.toPrecision(6));
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
  const threshold = model === "autoencoder" ? calibration.autoencoder.threshold : calibration.isolationForest.threshold;
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const table = Object.entries(figures.scenarios).map(
    ([name, found]) =>
      `| ${name} | ${found.documents} | ${percent(found.isolationForest)} | ${percent(found.autoencoder)} | ${percent(found.models)} | ${percent(found.modelsOrRules)} |`,
  );
  const lines = [
    `# Model card: ${model}, version 1`,
    "",
    `- Made on ${calibration.madeOn}; SHA-256 of \`1/model.onnx\`: \`${sha256}\``,
    `- Input: ${FEATURE_NAMES.length} features of one document, in this order: ${FEATURE_NAMES.join(", ")}`,
    `- Trained on ${trained} rows of generated, normal documents (seed train-1): drawn by \`corpus/\`, read by simulation, understood and`,
    "  measured by the product's own code; half of them with the drawn values instead of the understood ones",
    `- Threshold ${threshold}: the ${QUANTILE} quantile of ${calibration.data}`,
    "- No real document and no person went into it; how it fares on real ones is not known",
    "",
    "Share of documents above the threshold, on seed evaluate-1, which neither trained nor calibrated anything. Every strange document is",
    "otherwise ideally understood. `rules` are the blocking rules apart from those on confidence.",
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
