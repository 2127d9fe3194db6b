import { decodeInferResponse } from "../inference/wire/infer-response.ts";
import { HealthCheckRequest } from "../proto/inference/health.pb.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { startTriton } from "../test/servers/triton.ts";
import { median } from "./report.ts";
import type { Report, RunRequest } from "./report.ts";
import { inferFrame } from "./serving/infer-frame.ts";
import { startLoad } from "./serving/load.ts";
import type { LoadProcess } from "./serving/load.ts";
import type { LoadOrder, LoadResult } from "./serving/load-message.ts";
import { IDENTITY, SHORT_WORK, WORK, WORK_WIDTH, writeIdentity, writeWork } from "./serving/models.ts";
import { processorMs } from "./serving/processor-time.ts";
import { startEmbedded, startSink } from "./serving/servers.ts";

/** Interleaved rounds; the figures are their medians. */
const DEFAULT_ROUNDS = 5;
const TIMES = { warmMs: 700, measureMs: 2_500 } as const;
const INFER = "/inference.GRPCInferenceService/ModelInfer";
const HEALTH = "/grpc.health.v1.Health/Check";
/** Health checks a second while the server is saturated. */
const HEALTH_PER_SECOND = 50;
/** Calls in flight when the capacity of the computing model is found. */
const CAPACITY_IN_FLIGHT = 8;
const OVERLOAD = 3;
const SIZES = [
  { key: "b1kb", values: 256, inFlight: 32 },
  { key: "b602kb", values: 150_528, inFlight: 8 },
] as const;
type SizeKey = (typeof SIZES)[number]["key"];
const SIDES = ["embedded", "triton", "sink"] as const;
type Side = (typeof SIDES)[number];

/** One side under one load, once. */
interface Round {
  readonly side: Side;
  readonly size: SizeKey;
  readonly perSecond: number;
  readonly p95Ms: number;
  /** Processor time of the server a call, in microseconds. */
  readonly cpuUs: number;
  /** Of the embedded server's health beside the load; NaN for the others. */
  readonly healthP95Ms: number;
}

interface Target {
  readonly port: number;
  readonly pid: number;
}

/**
 * The embedded server against real Triton, each with an identity model (here an ONNX graph in its thread, there the Python
 * backend), under a load generator in a process of its own; beside them a bare HTTP/2 sink; and the embedded server's health
 * under load and its goodput at three times its capacity.
 */
export async function benchInferServer(request: RunRequest): Promise<Report> {
  const { signal, progress } = request;
  await using stack = new AsyncDisposableStack();
  const [ours, theirs] = [stack.use(await temporaryFolder()).path, stack.use(await temporaryFolder()).path];
  await writeIdentity(ours, "onnxruntime");
  await writeWork(ours, WORK);
  await writeWork(ours, SHORT_WORK);
  await writeIdentity(theirs, "identity");
  progress("starting Triton, the embedded server and the sinks");
  const triton = stack.use(await startTriton({ repository: theirs }));
  const embedded = stack.use(await startEmbedded(ours, signal));
  const sinks = {
    b1kb: stack.use(await startSink(answerOf("b1kb"), signal)),
    b602kb: stack.use(await startSink(answerOf("b602kb"), signal)),
  };
  const load = stack.use(startLoad(signal));
  const prober = stack.use(startLoad(signal));
  const targets = (size: SizeKey): Readonly<Record<Side, Target>> => ({
    embedded,
    triton: { port: Number(triton.endpoint.split(":").at(-1)), pid: triton.pid ?? 0 },
    sink: sinks[size],
  });
  const rounds: Round[] = [];
  const overloads: Overload[] = [];
  const shortOverloads: Overload[] = [];
  const count = request.count ?? DEFAULT_ROUNDS;
  for (let round = 0; round < count; round += 1) {
    for (const { key } of SIZES) {
      for (const side of SIDES) rounds.push(await playRound({ load, prober }, { side, size: key, target: targets(key)[side] }));
    }
    overloads.push(await playOverload(load, embedded.port, WORK));
    shortOverloads.push(await playOverload(load, embedded.port, SHORT_WORK));
    progress(`round ${round + 1} of ${count}: ${describe(rounds.slice(-SIZES.length * SIDES.length))}`);
  }
  return report(request, rounds, { overloads, shortOverloads });
}

function sizeOf(key: SizeKey) {
  return SIZES.find((size) => size.key === key) ?? SIZES[0];
}

/** What the sink answers: as many bytes as a server would, give or take names. */
function answerOf(key: SizeKey): Buffer {
  return inferFrame(IDENTITY, sizeOf(key).values);
}

async function playRound(
  { load, prober }: { readonly load: LoadProcess; readonly prober: LoadProcess },
  { side, size, target }: { readonly side: Side; readonly size: SizeKey; readonly target: Target },
): Promise<Round> {
  const { values, inFlight } = sizeOf(size);
  const frame = inferFrame(IDENTITY, values);
  const before = processorMs(target.pid);
  const order: LoadOrder = { port: target.port, path: INFER, frame: frame.toString("base64"), inFlight, ...TIMES };
  const [result, health] = await Promise.all([load.run(order), side === "embedded" ? prober.run(healthOrder(target.port)) : undefined]);
  const usedMs = processorMs(target.pid) - before;
  if (side !== "sink") checkSame(side, frame, result);
  if (result.failedPerSecond > 0)
    throw new Error(`load ${side} with ${size} failed: ${result.failedPerSecond} calls a second failed, none may`);
  const seconds = (TIMES.warmMs + TIMES.measureMs) / 1_000;
  return {
    side,
    size,
    perSecond: result.answeredPerSecond,
    p95Ms: result.p95Ms,
    cpuUs: (usedMs * 1_000) / (result.answeredPerSecond * seconds),
    healthP95Ms: health?.p95Ms ?? Number.NaN,
  };
}

function healthOrder(port: number): LoadOrder {
  const message = HealthCheckRequest.encode({ service: "" }).finish();
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  return { port, path: HEALTH, frame: frame.toString("base64"), inFlight: 64, perSecond: HEALTH_PER_SECOND, ...TIMES };
}

/** A server that is fast because it answers something else is no rival. */
function checkSame(side: Side, request: Buffer, { sample }: LoadResult): void {
  const message = Buffer.from(sample, "base64");
  const length = message.length < 5 ? 0 : message.readUInt32BE(1);
  const [raw] = decodeInferResponse(message.subarray(5, 5 + length)).rawOutputContents;
  const same = raw !== undefined && request.subarray(request.length - raw.length).equals(raw);
  if (!same) throw new Error(`load ${side} failed: its answer is not what was sent, it must be`);
}

interface Overload {
  readonly capacity: number;
  readonly goodput: number;
  readonly refused: number;
  readonly p99Ms: number;
}

/** The capacity of a model that computes, and what is answered when three times as much is asked. */
async function playOverload(load: LoadProcess, port: number, model: string): Promise<Overload> {
  const base = { port, path: INFER, frame: inferFrame(model, WORK_WIDTH).toString("base64"), ...TIMES };
  const { answeredPerSecond: capacity } = await load.run({ ...base, inFlight: CAPACITY_IN_FLIGHT });
  const over = await load.run({ ...base, inFlight: 512, perSecond: OVERLOAD * capacity });
  return { capacity, goodput: over.answeredPerSecond, refused: over.failedPerSecond, p99Ms: over.p99Ms };
}

function describe(rounds: readonly Round[]): string {
  return rounds.map(({ side, size, perSecond, cpuUs }) => `${side} ${size} ${perSecond.toFixed(0)}/s ${cpuUs.toFixed(0)} us`).join(", ");
}

interface Overloads {
  readonly overloads: readonly Overload[];
  readonly shortOverloads: readonly Overload[];
}

function report(request: RunRequest, rounds: readonly Round[], { overloads, shortOverloads }: Overloads): Report {
  const pick = (side: Side, size: SizeKey, value: (round: Round) => number) =>
    rounds.filter((round) => round.side === side && round.size === size).map(value);
  const middle = (side: Side, size: SizeKey, value: (round: Round) => number) => median(pick(side, size, value));
  /** The median of each round's own ratio: what disturbs a round disturbs both sides of it. */
  const ratio = (size: SizeKey, against: Side, value: (round: Round) => number) => {
    const base = pick(against, size, value);
    return median(pick("embedded", size, value).map((own, index) => own / (base[index] ?? Number.NaN)));
  };
  const perSecond = ({ perSecond: rate }: Round) => rate;
  const cpu = ({ cpuUs }: Round) => cpuUs;
  const sides = (size: SizeKey, side: Side) => ({
    [`${side}_${size}_per_s`]: middle(side, size, perSecond),
    [`${side}_${size}_cpu_us`]: middle(side, size, cpu),
  });
  return {
    name: "infer-server",
    seed: request.seed,
    figures: {
      ...sides("b1kb", "embedded"),
      ...sides("b602kb", "embedded"),
      embedded_b1kb_p95_ms: middle("embedded", "b1kb", ({ p95Ms }) => p95Ms),
      embedded_b602kb_p95_ms: middle("embedded", "b602kb", ({ p95Ms }) => p95Ms),
      b1kb_share_of_sink: ratio("b1kb", "sink", perSecond),
      b602kb_share_of_sink: ratio("b602kb", "sink", perSecond),
      health_p95_ms: Math.max(...SIZES.map(({ key }) => middle("embedded", key, ({ healthP95Ms }) => healthP95Ms))),
      capacity_per_s: median(overloads.map(({ capacity }) => capacity)),
      goodput_3x: median(overloads.map(({ goodput, capacity }) => goodput / capacity)),
      capacity_short_per_s: median(shortOverloads.map(({ capacity }) => capacity)),
      goodput_3x_short: median(shortOverloads.map(({ goodput, capacity }) => goodput / capacity)),
      overload_refused_per_s: median(overloads.map(({ refused }) => refused)),
      overload_p99_ms: median(overloads.map(({ p99Ms }) => p99Ms)),
    },
    ratios: {
      b1kb_vs_triton: ratio("b1kb", "triton", perSecond),
      b602kb_vs_triton: ratio("b602kb", "triton", perSecond),
      cpu_b1kb_vs_triton: ratio("b1kb", "triton", cpu),
      cpu_b602kb_vs_triton: ratio("b602kb", "triton", cpu),
    },
    baseline: {
      what: "real Triton 2.51 with its Python backend, and a bare node:http2 sink",
      figures: { ...sides("b1kb", "triton"), ...sides("b602kb", "triton"), ...sides("b1kb", "sink"), ...sides("b602kb", "sink") },
    },
    runs: rounds.length / (SIZES.length * SIDES.length),
    commands: ["npm run bench -- infer-server", "npm run bench -- infer-server --json --count 9"],
  };
}
