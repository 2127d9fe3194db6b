import { loadCodeSets } from "../corpus/code-sets.ts";
import { type AnomalyScorer, createAnomalyScorer } from "../inference/client/anomaly.ts";
import { createWordRecognizer } from "../inference/client/word-recognizer.ts";
import { mapToBundle } from "../mesh/fhir/bundle.ts";
import { readConfigFrom } from "../mesh/read/config.ts";
import { createReadPools } from "../mesh/read/read-pools.ts";
import { createWordConfirmer } from "../mesh/read/word-confirmer.ts";
import { assess } from "../mesh/score/assess.ts";
import { loadCalibration } from "../mesh/score/calibration.ts";
import { scoreConfigSchema } from "../mesh/score/config.ts";
import { gatherEvidence } from "../mesh/score/evidence.ts";
import { extractFeatures } from "../mesh/score/features.ts";
import { type CodeBook, loadCodeBook } from "../mesh/understand/code-book.ts";
import type { DocumentLabels } from "../mesh/understand/text-models.ts";
import { understand } from "../mesh/understand/understand.ts";
import { Decision, DocumentHead, type PageWords } from "../proto/document/v1/document.pb.ts";
import { createLogger } from "../runtime/log.ts";
import { systemWorld } from "../runtime/world.ts";
import { exactness, figuresOf, type Outcome } from "./documents/figures.ts";
import { type Judged, judge } from "./documents/judge.ts";
import { evaluationPlan } from "./documents/plan.ts";
import { type Sample, takeSample } from "./documents/sample.ts";
import { openSampleModels } from "./documents/text-labels.ts";
import type { Report, RunRequest } from "./report.ts";

/** Every type in the four classes that the product is judged by. */
const DEFAULT_COUNT = 44;
/** Some fixed moment: the bundle's timestamps take no part in the figures. */
const RECEIVED_AT_MS = 1_780_000_000_000n;

/**
 * Accuracy of the document pipeline, from the bytes of generated faxes to the decision whether a person looks: the same
 * reader, rules, models and mapping that the stages run. Documents are drawn from the seed; none was used while building
 * unless the seed is below 900,000. Every document is also judged without the text models, without the recognizer, and by the
 * first OCR reading alone.
 */
export async function evalDocuments(request: RunRequest): Promise<Report> {
  const count = request.count ?? DEFAULT_COUNT;
  const models = await openSampleModels(request.signal);
  const config = readConfigFrom();
  const pools = await createReadPools(config);
  const pipeline = createPipeline(loadCodeBook(), createAnomalyScorer(models.client), request.signal);
  const deps = { log: createLogger({ level: "warn" }), world: systemWorld() };
  const confirmer = createWordConfirmer(createWordRecognizer(models.client), deps);
  const sampler = { codes: loadCodeSets(), config, pools, confirmer, signal: request.signal, cache: undefined };
  const outcomes: Outcome[] = [];
  const rulesOnly: Outcome[] = [];
  const withoutRecognizer: Outcome[] = [];
  const firstReading: Judged[] = [];
  try {
    for (const [index, planned] of evaluationPlan(request.seed, count).entries()) {
      const sample = await takeSample(planned, sampler);
      const outcome = await pipeline.run(sample, await models.label(sample));
      outcomes.push(outcome);
      rulesOnly.push(await pipeline.run(sample, undefined));
      const unconfirmed = { ...sample, pages: sample.unconfirmed };
      withoutRecognizer.push(await pipeline.run(unconfirmed, await models.label(unconfirmed)));
      firstReading.push(pipeline.withoutSecondReading(sample));
      request.progress(`${index + 1}/${count} ${summary(outcome)}`);
    }
  } finally {
    await Promise.all([pools.stop(), models.stop()]);
  }
  return report(request, { outcomes, rulesOnly, withoutRecognizer, firstReading });
}

interface Pipeline {
  /** With what the text models say, or by the rules alone. */
  run(sample: Sample, labels: DocumentLabels | undefined): Promise<Outcome>;
  /** The same rules on the first OCR reading alone: the baseline. */
  withoutSecondReading(sample: Sample): Judged;
}

function createPipeline(book: CodeBook, scorer: AnomalyScorer, signal: AbortSignal): Pipeline {
  const config = scoreConfigSchema.parse({});
  const calibration = loadCalibration();
  const context = (sample: Sample) => ({ fileName: sample.fileName, sender: "" });
  return {
    run: async (sample, labels) => {
      const understanding = understand(sample.pages, { context: context(sample), book, labels });
      const evidence = gatherEvidence(understanding, sample.pages, book.drugs);
      const anomalies = await scorer.score(extractFeatures(evidence), signal);
      const assessment = assess(evidence, anomalies, { config, calibration, settledByPerson: false });
      const head = DocumentHead.fromPartial({
        tenant: "evaluation",
        documentId: sample.truth.caseId,
        revision: 1,
        receivedAtMs: RECEIVED_AT_MS,
      });
      const { completeness } = mapToBundle(understanding, head, assessment);
      const judged = judge(understanding, sample.truth);
      return { ...judged, accepted: assessment.decision === Decision.ACCEPT, fhirCompleteness: completeness.figure };
    },
    withoutSecondReading: (sample) =>
      judge(understand(sample.unconfirmed.map(firstReadingOf), { context: context(sample), book }), sample.truth),
  };
}

function firstReadingOf(page: PageWords): PageWords {
  return { ...page, words: page.words.map((word) => ({ ...word, secondText: "", secondConfidence: 0 })) };
}

function summary({ quality, documentType, typeRight, accepted, fields, actedOnWrong }: Outcome): string {
  const right = fields.filter((field) => field.exact).length;
  const end = accepted ? (actedOnWrong > 0 ? "accepted with an error" : "accepted") : "review";
  return `type ${documentType}${typeRight ? "" : " misread"}, ${quality.resolution} ${quality.level} ${quality.family}: ${right} of ${fields.length} fields, ${end}`;
}

interface Measured {
  readonly outcomes: readonly Outcome[];
  /** The same documents without the text models. */
  readonly rulesOnly: readonly Outcome[];
  /** The same readings without the recognizer model, with the text models. */
  readonly withoutRecognizer: readonly Outcome[];
  readonly firstReading: readonly Judged[];
}

function report(request: RunRequest, { outcomes, rulesOnly, withoutRecognizer, firstReading }: Measured): Report {
  const isFineMild = ({ quality }: Judged) => quality.resolution === "fine" && quality.level === "mild";
  const ours = exactness(outcomes.filter(isFineMild));
  const base = exactness(firstReading.filter(isFineMild));
  return {
    name: "documents",
    seed: request.seed,
    figures: { ...figuresOf(outcomes), ...suffixed("rules_only", rulesOnly), ...suffixed("without_recognizer", withoutRecognizer) },
    ratios: { code_exact_fine_mild: ours.code / base.code, field_exact_fine_mild: ours.field / base.field },
    baseline: {
      what: "the same rules on the first OCR reading alone, without arbitration",
      figures: { code_exact_fine_mild: base.code, field_exact_fine_mild: base.field },
    },
    runs: outcomes.length,
    commands: [`npm run eval -- documents --seed ${request.seed} --count ${outcomes.length}`],
  };
}

/** Figures that count documents are the same with and without models. */
function suffixed(suffix: string, outcomes: readonly Outcome[]): Record<string, number> {
  const figures = figuresOf(outcomes);
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) => (name.startsWith("documents") ? [] : [[`${name}_${suffix}`, value] as const])),
  );
}
