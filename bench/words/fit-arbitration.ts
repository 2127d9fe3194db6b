import { createReadStream, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTritonClient } from "../../inference/client/triton.ts";
import { createWordRecognizer } from "../../inference/client/word-recognizer.ts";
import { inferenceConfigSchema } from "../../inference/config.ts";
import { startInference } from "../../inference/start.ts";
import {
  type Agreeing,
  type Arbitration,
  calibrated,
  compareReadings,
  isLesser,
  isSubstitution,
  logOdds,
  sameReading,
} from "../../mesh/read/arbitrate.ts";
import { createLogger } from "../../runtime/log.ts";
import { fitLogistic, reliability } from "../documents/logistic.ts";
import { type ReadPageRow, type WordCase, wordCases } from "./word-cases.ts";

// Fits how sure the recognizer model must be to count, on pages that the shipped OCR read, and writes mesh/read/data/word-arbitration.json:
// node bench/words/fit-arbitration.ts --pages out/words/pages.ndjson --date 2026-11-23 --facts out/words/facts.txt
const { values } = parseArgs({
  options: {
    pages: { type: "string", multiple: true, default: [] },
    repository: { type: "string" },
    date: { type: "string", default: "" },
    facts: { type: "string" },
  },
});

/** Sureness that thresholds are tried at: what is rather wrong than right never counts. */
const GRID = Array.from({ length: 10 }, (_, at) => Math.round(50 + at * 5) / 100);
/** One reading of the engine and the model's count as two that agree when they are right as often as this. */
const OUTVOTE_PRECISION = 0.97;
/** The model's reading stands beside two of the engine's that agree when it, and not they, is right as often as this. */
const CONTRADICT_SHARE = 0.15;
/** It takes their place when it is right so much more often than they. */
const OVERRULE_MARGIN = 0.25;
const ODDS_SCALE = 4;
/** Pull towards the model's own probability, in observations. */
const PULL = 4;

interface Tried {
  readonly pattern: Agreeing;
  /** The rule of the pattern may apply: see `isLesser` and `isSubstitution`. */
  readonly counts: boolean;
  readonly sure: number;
  readonly first: boolean;
  readonly second: boolean;
  readonly third: boolean;
}

const { signal } = new AbortController();
const given = values.repository === undefined ? {} : { repository: values.repository };
const server = await startInference(inferenceConfigSchema.parse(given), { log: createLogger({ level: "silent" }) }, signal);
const client = createTritonClient({ endpoint: server.endpoint });
const recognizer = createWordRecognizer(client);
const [fitted, held]: [WordCase[], WordCase[]] = [[], []];
const counts = { pages: 0 };
for (const path of values.pages) {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const row = JSON.parse(line) as ReadPageRow;
    const cases = await wordCases(row, recognizer, signal);
    (row.seed % 2 === 0 ? fitted : held).push(...cases.filter(({ third }) => third !== undefined && third.text !== ""));
    counts.pages += 1;
  }
}
client.close();
await server.stop();
report();

function report(): void {
  const calibration = fitCalibration(fitted);
  const judged = held.map(({ truth, third }) => ({
    stated: calibrated(third?.probability ?? 0, calibration),
    right: sameReading(third?.text ?? "", truth),
  }));
  const { ece, bins } = reliability(judged);
  const all = [...fitted, ...held];
  const final = fitCalibration(all);
  const tried = all.map((one) => tryCase(one, final));
  const thresholds = thresholdsOf(tried);
  const card = {
    source: `bench/words/fit-arbitration.ts, ${counts.pages} pages of seeds from 800000, read by the shipped OCR`,
    madeOn: values.date,
    words: all.length,
    heldOut: {
      words: judged.length,
      ece: round(ece),
      bins: bins.map((bin) => ({ count: bin.count, stated: round(bin.stated), right: round(bin.right) })),
    },
    patterns: patternsOf(tried),
    calibration: { bias: round(final.bias), slope: round(final.slope) },
    thresholds,
  };
  writeFileSync(
    fileURLToPath(new URL("../../mesh/read/data/word-arbitration.json", import.meta.url)),
    `${JSON.stringify(card, undefined, 2)}\n`,
  );
  process.stdout.write(`${JSON.stringify(card, undefined, 2)}\n`);
  if (values.facts !== undefined) writeFileSync(values.facts, factsOf(card, all));
}

function fitCalibration(cases: readonly WordCase[]): Arbitration["calibration"] {
  const observations = cases.map(({ truth, third }) => ({
    // Within about ±2: the descent's steps fit features of that size.
    features: [1, logOdds(third?.probability ?? 0) / ODDS_SCALE],
    right: sameReading(third?.text ?? "", truth),
  }));
  const [bias = 0, slope = 0] = fitLogistic(observations, { prior: [0, ODDS_SCALE], pull: PULL });
  return { bias, slope: slope / ODDS_SCALE };
}

function tryCase({ truth, word, third }: WordCase, calibration: Arbitration["calibration"]): Tried {
  const text = third?.text ?? "";
  const pattern = compareReadings(word, text);
  return {
    pattern,
    counts: pattern === "first" || pattern === "second" ? isSubstitution(word.text, word.secondText) : !isLesser(text, word.text),
    sure: calibrated(third?.probability ?? 0, calibration),
    first: sameReading(word.text, truth),
    second: sameReading(word.secondText, truth),
    third: sameReading(text, truth),
  };
}

function thresholdsOf(tried: readonly Tried[]): Arbitration["thresholds"] {
  const of = (...patterns: readonly Agreeing[]) => tried.filter(({ pattern, counts }) => counts && patterns.includes(pattern));
  const [majority, differing, alone] = [of("first", "second"), of("none"), of("engine")];
  return {
    outvote: least((sure) => share(from(majority, sure), ({ third }) => third) >= OUTVOTE_PRECISION),
    replace: least((sure) => share(near(differing, sure), ({ third }) => third) > share(near(differing, sure), ({ first }) => first)),
    contradict: least((sure) => share(near(alone, sure), ({ third, first }) => third && !first) >= CONTRADICT_SHARE),
    overrule: least(
      (sure) => share(from(alone, sure), ({ third }) => third) >= share(from(alone, sure), ({ first }) => first) + OVERRULE_MARGIN,
    ),
  };
}

/** The least sureness of the grid from which on the rule holds at every step. */
function least(holds: (sure: number) => boolean): number {
  const broken = GRID.findLast((sure) => !holds(sure));
  return GRID.find((sure) => sure > (broken ?? 0)) ?? 1;
}

function from(tried: readonly Tried[], sure: number): readonly Tried[] {
  return tried.filter((one) => one.sure >= sure);
}

/** Cases around a sureness: what a threshold there would decide otherwise. */
function near(tried: readonly Tried[], sure: number): readonly Tried[] {
  return tried.filter((one) => Math.abs(one.sure - sure) <= 0.1);
}

/** 1 for none: where nothing was seen, the surer threshold decides. */
function share(tried: readonly Tried[], holds: (one: Tried) => boolean): number {
  return tried.length === 0 ? 1 : tried.filter(holds).length / tried.length;
}

/** How often each reading is right, by who agrees with whom. */
function patternsOf(tried: readonly Tried[]): Record<string, { words: number; first: number; second: number; third: number }> {
  return Object.fromEntries(
    [...new Set(tried.map(({ pattern }) => pattern))].sort().map((pattern) => {
      const those = tried.filter((one) => one.pattern === pattern);
      const right = (holds: (one: Tried) => boolean) => round(share(those, holds));
      return [
        pattern,
        {
          words: those.length,
          first: right(({ first }) => first),
          second: right(({ second }) => second),
          third: right(({ third }) => third),
        },
      ];
    }),
  );
}

function factsOf(card: { readonly heldOut: { readonly words: number; readonly ece: number } }, cases: readonly WordCase[]): string {
  const exact = (reading: (one: WordCase) => string) =>
    round(cases.filter((one) => sameReading(reading(one), one.truth)).length / Math.max(1, cases.length));
  return [
    `On boxes of the shipped OCR, ${cases.length} words with digits or doubt of ${counts.pages} pages (seeds from 800000): exact ${exact(({ third }) => third?.text ?? "")}, the OCR's first reading ${exact(({ word }) => word.text)}, its second ${exact(({ word }) => word.secondText)}`,
    `Calibrated confidence, on ${card.heldOut.words} words that it was not fitted on: expected calibration error ${card.heldOut.ece}`,
    "",
  ].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
