import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { percentile } from "../report.ts";
import { H2Load } from "./h2-load.ts";
import type { EndedCall } from "./h2-load.ts";
import type { LoadOrder, LoadResult } from "./load-message.ts";

// A load generator in a process of its own: makes the calls of each order it is sent, one order after the other.

/** Latencies that are kept; a minute at the highest rate seen. */
const MAX_LATENCIES = 4_000_000;

interface Tally {
  answered: number;
  failed: number;
  held: number;
  readonly latenciesMs: number[];
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const socket = connect(order.port, "127.0.0.1");
  await once(socket, "connect");
  let tally = emptyTally();
  let stopping = false;
  const refill = () => {
    if (order.perSecond === undefined && !stopping) load.begin();
  };
  const ended = ({ responseBytes, startedMs }: EndedCall) => {
    if (responseBytes > 0) {
      tally.answered += 1;
      if (tally.latenciesMs.length < MAX_LATENCIES) tally.latenciesMs.push(performance.now() - startedMs);
    } else tally.failed += 1;
    refill();
  };
  const load = new H2Load(socket, { path: order.path, frame: Buffer.from(order.frame, "base64") }, { slots: order.inFlight, ended });
  for (let call = 0; call < (order.perSecond === undefined ? order.inFlight : 0); call += 1) load.begin();
  load.flush();
  const pacing = order.perSecond === undefined ? undefined : pace(load, order.perSecond, () => tally);
  await delay(order.warmMs);
  tally = emptyTally();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await delay(order.measureMs);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const seen = tally;
  stopping = true;
  clearInterval(pacing);
  socket.destroy();
  return {
    answeredPerSecond: seen.answered / seconds,
    failedPerSecond: seen.failed / seconds,
    heldPerSecond: seen.held / seconds,
    p50Ms: percentile(seen.latenciesMs, 0.5),
    p95Ms: percentile(seen.latenciesMs, 0.95),
    p99Ms: percentile(seen.latenciesMs, 0.99),
    cpuShare: (user + system) / 1e6 / seconds,
    sample: Buffer.concat(load.sample).toString("base64"),
  };
}

function emptyTally(): Tally {
  return { answered: 0, failed: 0, held: 0, latenciesMs: [] };
}

/** Begins calls at a steady rate; what falls due between two ticks begins together. */
function pace(load: H2Load, perSecond: number, tally: () => Tally): NodeJS.Timeout {
  const began = performance.now();
  let due = 0;
  return setInterval(() => {
    const target = Math.floor(((performance.now() - began) / 1_000) * perSecond);
    for (; due < target; due += 1) if (!load.begin()) tally().held += 1;
    load.flush();
  }, 1);
}

process.on("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
