import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { temporaryFolder } from "../test/servers/server.ts";
import { median } from "./report.ts";
import type { Report, RunRequest } from "./report.ts";
import { inferFrame } from "./serving/infer-frame.ts";
import { startLoad } from "./serving/load.ts";
import { IDENTITY, writeIdentity } from "./serving/models.ts";
import { startEmbedded } from "./serving/servers.ts";

/** Short, so that it can be run by the way; the promise is about 600. */
const DEFAULT_SECONDS = 60;
const SHARE = 0.8;
const VALUES = 150_528;
const SAMPLE_MS = 1_000;
/** The server's memory is taken as settled after this share of the time. */
const SETTLED = 0.2;

/** The embedded server at 80 % of its capacity for 602 KB tensors: its memory must not grow. `--count` is the time in seconds. */
export async function benchInferSoak(request: RunRequest): Promise<Report> {
  const { signal, progress } = request;
  const seconds = request.count ?? DEFAULT_SECONDS;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  await writeIdentity(folder, "onnxruntime");
  const server = stack.use(await startEmbedded(folder, signal));
  const load = stack.use(startLoad(signal));
  const order = {
    port: server.port,
    path: "/inference.GRPCInferenceService/ModelInfer",
    frame: inferFrame(IDENTITY, VALUES).toString("base64"),
  };
  const { answeredPerSecond: capacity } = await load.run({ ...order, inFlight: 8, warmMs: 1_000, measureMs: 4_000 });
  progress(`capacity ${capacity.toFixed(0)}/s, now ${SHARE * 100} % of it for ${seconds} s`);
  const done = new AbortController();
  const memory = watchResident(server.pid, done.signal);
  const result = await load.run({ ...order, inFlight: 256, perSecond: SHARE * capacity, warmMs: 1, measureMs: seconds * 1_000 });
  done.abort();
  const samples = await memory;
  const settled = samples.slice(Math.floor(samples.length * SETTLED));
  const tenth = Math.max(1, Math.floor(settled.length / 10));
  const [first, last] = [median(settled.slice(0, tenth)), median(settled.slice(-tenth))];
  return {
    name: "infer-soak",
    seed: request.seed,
    figures: {
      seconds,
      capacity_per_s: capacity,
      answered_per_s: result.answeredPerSecond,
      failed_per_s: result.failedPerSecond,
      p99_ms: result.p99Ms,
      rss_settled_mb: first,
      rss_end_mb: last,
      rss_growth: last / first - 1,
    },
    ratios: {},
    baseline: { what: "the settled server", figures: {} },
    runs: 1,
    commands: ["npm run bench -- infer-soak", "npm run bench -- infer-soak --count 600"],
  };
}

/** Resident memory of a process once a second, in megabytes, until the signal aborts. */
async function watchResident(pid: number, signal: AbortSignal): Promise<readonly number[]> {
  const samples: number[] = [];
  while (!signal.aborted) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    samples.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024);
    await delay(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}
