import { loadCodeSets } from "../corpus/code-sets.ts";
import { type AnomalyScorer, createAnomalyScorer } from "../inference/client/anomaly.ts";
import { createTritonClient } from "../inference/client/triton.ts";
import { inferenceConfigSchema } from "../inference/config.ts";
import { startInference } from "../inference/start.ts";
import { mapToBundle } from "../mesh/fhir/bundle.ts";
import { readConfigFrom } from "../mesh/read/config.ts";
import { createReadPools } from "../mesh/read/read-pools.ts";
import { assess } from "../mesh/score/assess.ts";
import { loadCalibration } from "../mesh/score/calibration.ts";
import { scoreConfigSchema } from "../mesh/score/config.ts";
import { gatherEvidence } from "../mesh/score/evidence.ts";
import { extractFeatures } from "../mesh/score/features.ts";
import { type CodeBook, loadCodeBook } from "../mesh/understand/code-book.ts";
import { understand } from "../mesh/understand/understand.ts";
import { Decision, DocumentHead, type PageWords } from "../proto/document/v1/document.pb.ts";
import { createLogger } from "../runtime/log.ts";
import { exactness, figuresOf, type Outcome } from "./documents/figures.ts";
import { type Judged, judge } from "./documents/judge.ts";
import { evaluationPlan } from "./documents/plan.ts";
import { type Sample, takeSample } from "./documents/sample.ts";
import type { Report, RunRequest } from "./report.ts";

/** Every type in the four classes that the product is judged by. */
const DEFAULT_COUNT = 44;
/** Some fixed moment: the bundle's timestamps take no part in the figures. */
const RECEIVED_AT_MS = 1_780_000_000_000n;

/**
 * Accuracy of the document pipeline, from the bytes of generated faxes to the decision whether a person looks: the same
 * reader, rules, models and mapping that the stages run. Documents are drawn from the seed; none was used while building
 * unless the seed is below 100,000.
 */
export async function evalDocuments(request: RunRequest): Promise<Report> {
  const count = request.count ?? DEFAULT_COUNT;
  const log = createLogger({ level: "silent" });
  const server = await startInference(inferenceConfigSchema.parse({}), { log }, request.signal);
  const client = createTritonClient({ endpoint: server.endpoint });
  const config = readConfigFrom();
  const pools = await createReadPools(config);
  const pipeline = createPipeline(loadCodeBook(), createAnomalyScorer(client), request.signal);
  const sampler = { codes: loadCodeSets(), config, pools, signal: request.signal, cache: undefined };
  const outcomes: Outcome[] = [];
  const firstReading: Judged[] = [];
  try {
    for (const [index, planned] of evaluationPlan(request.seed, count).entries()) {
      const sample = await takeSample(planned, sampler);
      const outcome = await pipeline.run(sample);
      outcomes.push(outcome);
      firstReading.push(pipeline.withoutSecondReading(sample));
      request.progress(`${index + 1}/${count} ${summary(outcome)}`);
    }
  } finally {
    client.close();
    await Promise.all([pools.stop(), server.stop()]);
  }
  return report(request, outcomes, firstReading);
}

interface Pipeline {
  run(sample: Sample): Promise<Outcome>;
  /** The same rules on the first OCR reading alone: the baseline. */
  withoutSecondReading(sample: Sample): Judged;
}

function createPipeline(book: CodeBook, scorer: AnomalyScorer, signal: AbortSignal): Pipeline {
  const config = scoreConfigSchema.parse({});
  const calibration = loadCalibration();
  const context = (sample: Sample) => ({ fileName: sample.fileName, sender: "" });
  return {
    run: async (sample) => {
      const understanding = understand(sample.pages, context(sample), book);
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
    withoutSecondReading: (sample) => judge(understand(sample.pages.map(firstReadingOf), context(sample), book), sample.truth),
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

function report(request: RunRequest, outcomes: readonly Outcome[], firstReading: readonly Judged[]): Report {
  const isFineMild = ({ quality }: Judged) => quality.resolution === "fine" && quality.level === "mild";
  const ours = exactness(outcomes.filter(isFineMild));
  const base = exactness(firstReading.filter(isFineMild));
  return {
    name: "documents",
    seed: request.seed,
    figures: figuresOf(outcomes),
    ratios: { code_exact_fine_mild: ours.code / base.code, field_exact_fine_mild: ours.field / base.field },
    baseline: {
      what: "the same rules on the first OCR reading alone, without arbitration",
      figures: { code_exact_fine_mild: base.code, field_exact_fine_mild: base.field },
    },
    runs: outcomes.length,
    commands: [`npm run eval -- documents --seed ${request.seed} --count ${outcomes.length}`],
  };
}
