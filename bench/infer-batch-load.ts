import { createRandom, type Random } from "../corpus/random.ts";
import type { Tensor } from "../inference/tensor.ts";
import { PayerHubError } from "../runtime/error.ts";
import { percentile } from "./report.ts";

/** Start of a run that is not measured: connections and just-in-time compilation. */
const WARM_UP_MS = 300;

/** One row of tokens to the same row of tokens. */
export type Echo = (ids: Tensor) => Promise<Tensor | undefined>;

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Load {
  readonly seed: number;
  readonly runMs: number;
  /** Requests in flight: that many callers, each with one. */
  readonly clients: number;
  readonly lengthOf: (random: Random) => number;
}

/** Callers that send their next request as soon as the last is answered; every answer is compared with what was sent. */
export async function runLoad(echo: Echo, load: Load): Promise<LoadResult> {
  const startMs = performance.now() + WARM_UP_MS;
  const endMs = startMs + load.runMs;
  const waits: number[] = [];
  const caller = async (_: unknown, client: number) => {
    const random = createRandom(`${load.seed}/${client}`);
    for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
      const ids = rowOf(random, load.lengthOf(random));
      checkOwn(await echo(ids), ids);
      const answeredMs = performance.now();
      if (sentMs >= startMs && answeredMs <= endMs) waits.push(answeredMs - sentMs);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, caller));
  return { perSecond: (waits.length / load.runMs) * 1_000, p50Ms: percentile(waits, 0.5), p99Ms: percentile(waits, 0.99) };
}

function rowOf(random: Random, length: number): Tensor {
  const values = BigInt64Array.from({ length }, () => BigInt(random.int(1, 30_000)));
  return { name: "ids", datatype: "INT64", shape: [1, length], data: new Uint8Array(values.buffer) };
}

function checkOwn(answer: Tensor | undefined, sent: Tensor): void {
  if (answer !== undefined && Buffer.compare(answer.data, sent.data) === 0) return;
  throw new PayerHubError("INTERNAL", `checking an answer of ${sent.data.byteLength} bytes: it is another's, it must be the caller's own`);
}
