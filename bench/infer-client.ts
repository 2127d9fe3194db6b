import { type InferClientRig, startInferClientRig } from "./infer-client-rig.ts";
import type { LoadResult, Side } from "./infer-client-load.ts";
import { median, type Report, type RunRequest } from "./report.ts";

/** Interleaved runs of each side, load and server; the ratios are the medians of the runs' own ratios. */
const DEFAULT_RUNS = 5;
const RUN_MS = 1_000;
const WARM_UP_MS = 500;

/** By key of the report. `cpu_` compares processor time of the client per request, the others requests per second. */
const LOADS = {
  fp32_602kb_8: { model: "identity_fp32", datatype: "FP32", bytes: 602_112, inFlight: 8 },
  bytes_1kb_32: { model: "identity_bytes", datatype: "BYTES", bytes: 1_024, inFlight: 32 },
  cpu_64kb: { model: "identity_fp32", datatype: "FP32", bytes: 65_536, inFlight: 8 },
} as const;
type LoadName = keyof typeof LOADS;
const LOAD_NAMES = ["fp32_602kb_8", "bytes_1kb_32", "cpu_64kb"] as const satisfies readonly LoadName[];
const SERVERS = ["sink", "triton"] as const;
type ServerName = (typeof SERVERS)[number];

interface Round {
  readonly load: LoadName;
  readonly server: ServerName;
  readonly side: Side;
  readonly perSecond: number;
  readonly cpuMicros: number;
  /** Processor time of the sink per request. */
  readonly sinkMicros: number;
}

/**
 * Our client against the generated stub with default options: the same calls, each from a process of its own, in turn. Against
 * a bare sink, so that the client is what is measured, and beside it against real Triton.
 */
export async function benchInferClient(request: RunRequest): Promise<Report> {
  const runs = request.count ?? DEFAULT_RUNS;
  request.progress("starting the sink, Triton and two clients");
  const sizes = LOAD_NAMES.map((name) => LOADS[name].bytes);
  await using rig = await startInferClientRig(sizes, request.signal);
  await playAll(rig, 0, WARM_UP_MS);
  const rounds: Round[] = [];
  for (let run = 1; run <= runs; run += 1) {
    request.progress(`run ${run} of ${runs}`);
    rounds.push(...(await playAll(rig, run, RUN_MS)));
  }
  return reportOf(request, runs, rounds);
}

async function playAll(rig: InferClientRig, run: number, forMs: number): Promise<readonly Round[]> {
  // Whoever goes first finds another machine than the second: take turns.
  const sides = run % 2 === 0 ? (["ours", "stub"] as const) : (["stub", "ours"] as const);
  const plan = SERVERS.flatMap((server) => LOAD_NAMES.flatMap((load) => sides.map((side) => ({ server, load, side }))));
  const rounds: Round[] = [];
  for (const of of plan) rounds.push(await playRound(rig, of, forMs));
  return rounds;
}

async function playRound(rig: InferClientRig, of: Pick<Round, "server" | "load" | "side">, forMs: number): Promise<Round> {
  const before = await rig.sinkCpuMicros();
  const result = await rig.run(of.side, { ...LOADS[of.load], endpoint: rig.endpoints[of.server], forMs });
  const sinkMicros = ((await rig.sinkCpuMicros()) - before) / result.requests;
  return { ...of, perSecond: perSecond(result), cpuMicros: result.cpuMicros / result.requests, sinkMicros };
}

function perSecond({ requests, elapsedMs }: LoadResult): number {
  return (requests / elapsedMs) * 1_000;
}

function reportOf(request: RunRequest, runs: number, rounds: readonly Round[]): Report {
  const of = (server: ServerName, load: LoadName, side: Side) =>
    rounds.filter((round) => round.server === server && round.load === load && round.side === side);
  const figures: Record<string, number> = {};
  const baseline: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  for (const server of SERVERS) {
    const prefix = server === "sink" ? "" : "triton_";
    for (const load of LOAD_NAMES) {
      const [ours, stub] = [of(server, load, "ours"), of(server, load, "stub")];
      const value = ({ perSecond: rate, cpuMicros }: Round) => (load === "cpu_64kb" ? cpuMicros : rate);
      const unit = load === "cpu_64kb" ? "us" : "per_s";
      figures[`${prefix}${load}_${unit}`] = median(ours.map(value));
      baseline[`${prefix}${load}_${unit}`] = median(stub.map(value));
      ratios[`${prefix}${load}`] = median(ours.map((round, run) => value(round) / valueAt(stub, run, value)));
      // Below 1: the sink is done before the client is, so the client is what is measured.
      if (server === "sink") figures[`${load}_sink_share`] = median(ours.map((round) => round.sinkMicros / round.cpuMicros));
    }
  }
  return {
    name: "infer-client",
    seed: request.seed,
    figures,
    ratios,
    baseline: { what: "generated stub (ts-proto, grpc-js), default options", figures: baseline },
    runs,
    commands: ["npm run bench -- infer-client"],
  };
}

function valueAt(rounds: readonly Round[], run: number, value: (round: Round) => number): number {
  const round = rounds[run];
  return round === undefined ? Number.NaN : value(round);
}
