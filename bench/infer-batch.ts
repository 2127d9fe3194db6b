import type { Random } from "../corpus/random.ts";
import { type ClosedBatch, createBatcher } from "../inference/batcher/batcher.ts";
import { batchLimits } from "../inference/batcher/limits.ts";
import { createTensorModel } from "../inference/batcher/tensor-model.ts";
import { createTritonClient, type TritonClient } from "../inference/client/triton.ts";
import { systemWorld } from "../runtime/world.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { startTriton } from "../test/servers/triton.ts";
import { type Echo, type LoadResult, runLoad } from "./infer-batch-load.ts";
import { EXECUTION_MS, MAX_ROWS, READY_MADE, TRITON_BATCHED, writeFixedCostModels } from "./infer-batch-model.ts";
import { median, type Report, type RunRequest } from "./report.ts";

/** Interleaved runs of each side and load; the figures are their medians. */
const DEFAULT_RUNS = 5;
const RUN_MS = 3_000;
const [SHORTEST, LONGEST, UNIFORM] = [8, 128, 64];

const LOADS = {
  mixed: { clients: 32, lengthOf: (random: Random) => random.int(SHORTEST, LONGEST) },
  uniform: { clients: 32, lengthOf: () => UNIFORM },
  lone: { clients: 1, lengthOf: (random: Random) => random.int(SHORTEST, LONGEST) },
};
const LOAD_NAMES = ["mixed", "uniform", "lone"] as const satisfies readonly (keyof typeof LOADS)[];
type LoadName = keyof typeof LOADS;

/** Executions of our batcher, by load. */
type Batches = Readonly<Record<LoadName, ClosedBatch[]>>;

/** One side under one load, once. */
interface Round extends LoadResult {
  readonly load: LoadName;
  readonly side: "ours" | "triton";
}

/**
 * The batcher in front of real Triton against Triton's own dynamic batcher, on a model of fixed cost per execution: 32 callers,
 * lengths 8 to 128 mixed and 64 alone, and one caller alone; same requests, same client, same server, interleaved.
 */
export async function benchInferBatch(request: RunRequest): Promise<Report> {
  await using folder = await temporaryFolder();
  await writeFixedCostModels(folder.path);
  request.progress("starting Triton");
  await using triton = await startTriton({ repository: folder.path });
  const client = createTritonClient({ endpoint: triton.endpoint, minimumVersion: "0" });
  try {
    const batches: Batches = { mixed: [], uniform: [], lone: [] };
    return report(request, await playRounds(client, request, batches), batches);
  } finally {
    client.close();
  }
}

async function playRounds(client: TritonClient, request: RunRequest, batches: Batches): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  const { signal, seed, progress } = request;
  const triton = tritonsOwn(client, signal);
  const ours = {
    mixed: ourBatcher(client, { signal, onBatch: (batch) => batches.mixed.push(batch) }),
    uniform: ourBatcher(client, { signal, onBatch: (batch) => batches.uniform.push(batch) }),
    lone: ourBatcher(client, { signal, onBatch: (batch) => batches.lone.push(batch) }),
  };
  for (let run = 0; run < (request.count ?? DEFAULT_RUNS); run += 1) {
    for (const load of LOAD_NAMES) {
      // Each side goes first in turn, so that what drifts over time meets both.
      const sides = run % 2 === 0 ? (["triton", "ours"] as const) : (["ours", "triton"] as const);
      for (const side of sides) {
        signal.throwIfAborted();
        const echo = side === "ours" ? ours[load] : triton;
        const result = await runLoad(echo, { ...LOADS[load], seed: seed + run, runMs: RUN_MS });
        rounds.push({ ...result, load, side });
        progress(`${load.padEnd(7)} ${side.padEnd(6)} ${result.perSecond.toFixed(0)} req/s, p99 ${result.p99Ms.toFixed(1)} ms`);
      }
    }
  }
  return rounds;
}

function tritonsOwn(client: TritonClient, signal: AbortSignal): Echo {
  return async (ids) => (await client.infer(TRITON_BATCHED.name, [ids], { signal }))[0];
}

interface OurSide {
  readonly signal: AbortSignal;
  readonly onBatch: (batch: ClosedBatch) => void;
}

function ourBatcher(client: TritonClient, { signal, onBatch }: OurSide): Echo {
  const batcher = createBatcher({
    model: createTensorModel({
      contract: READY_MADE,
      infer: async (inputs, options) => await client.infer(READY_MADE.name, inputs, options),
    }),
    limits: batchLimits({ maxRows: MAX_ROWS, maxLength: LONGEST }),
    world: systemWorld(),
    onBatch,
  });
  return async (ids) => (await batcher.submit([ids], { signal }))[0];
}

function report(request: RunRequest, rounds: readonly Round[], batches: Batches): Report {
  const of = (load: LoadName, side: Round["side"], key: keyof LoadResult) =>
    rounds.filter((round) => round.load === load && round.side === side).map((round) => round[key]);
  const figuresOf = (side: Round["side"]) =>
    Object.fromEntries(
      LOAD_NAMES.flatMap((load) => [
        [`${load}_req_per_s`, median(of(load, side, "perSecond"))],
        [`${load}_p50_ms`, median(of(load, side, "p50Ms"))],
        [`${load}_p99_ms`, median(of(load, side, "p99Ms"))],
      ]),
    );
  const ratio = (load: LoadName, key: keyof LoadResult) => {
    const theirs = of(load, "triton", key);
    return median(of(load, "ours", key).map((value, run) => value / (theirs[run] ?? Number.NaN)));
  };
  return {
    name: "infer-batch",
    seed: request.seed,
    figures: {
      ...figuresOf("ours"),
      padding: paddingOf(batches.mixed),
      mixed_mean_batch_rows: meanRows(batches.mixed),
      uniform_mean_batch_rows: meanRows(batches.uniform),
      execution_ms: EXECUTION_MS,
    },
    ratios: {
      mixed_vs_triton: ratio("mixed", "perSecond"),
      p99_vs_triton: ratio("mixed", "p99Ms"),
      uniform_vs_triton: ratio("uniform", "perSecond"),
      lone_p50_vs_triton: ratio("lone", "p50Ms"),
    },
    baseline: { what: "real Triton's own dynamic batcher, same model and client", figures: figuresOf("triton") },
    runs: request.count ?? DEFAULT_RUNS,
    commands: [`npm run bench -- infer-batch --seed ${request.seed} --count ${request.count ?? DEFAULT_RUNS}`],
  };
}

/** Padded ÷ real tokens. */
function paddingOf(batches: readonly ClosedBatch[]): number {
  return sumOf(batches, "paddedTokens") / sumOf(batches, "realTokens");
}

function meanRows(batches: readonly ClosedBatch[]): number {
  return sumOf(batches, "rows") / batches.length;
}

function sumOf(batches: readonly ClosedBatch[], key: "rows" | "paddedTokens" | "realTokens"): number {
  return batches.reduce((sum, batch) => sum + batch[key], 0);
}
