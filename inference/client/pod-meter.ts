import type { World } from "../../runtime/world.ts";
import type { PodLoad } from "./pick-pod.ts";

/** How long a pod with a full queue is left to others, in milliseconds: some executions. */
const OVERLOAD_PAUSE_MS = 50;
/** Weight of the latest call in the expected time. */
const LATEST_WEIGHT = 0.2;
/** The expected time of a pod that is not asked halves in this time, in milliseconds, so that a slow pod is tried again. */
const FORGET_HALF_LIFE_MS = 5_000;

/** Measures what one pod has to do. */
export interface PodMeter extends PodLoad {
  /** A call of so many request bytes begins. */
  begin(bytes: number): void;
  /** It ended; `tookMs` only when it succeeded, because a failure says nothing about how long calls take. */
  end(bytes: number, tookMs: number | undefined): void;
  /** The pod's queue was full. */
  overload(): void;
}

export function createPodMeter(world: World): PodMeter {
  let inFlight = 0;
  let inFlightBytes = 0;
  let overloadedUntil = 0;
  let mean: { readonly ms: number; readonly at: number } | undefined;
  return {
    get inFlight() {
      return inFlight;
    },
    get inFlightBytes() {
      return inFlightBytes;
    },
    get expectedMs() {
      return mean === undefined ? undefined : mean.ms * 2 ** ((mean.at - world.monotonicMs()) / FORGET_HALF_LIFE_MS);
    },
    get overloaded() {
      return world.monotonicMs() < overloadedUntil;
    },
    begin: (bytes) => {
      inFlight += 1;
      inFlightBytes += bytes;
    },
    end: (bytes, tookMs) => {
      inFlight -= 1;
      inFlightBytes -= bytes;
      if (tookMs === undefined) return;
      const ms = mean === undefined ? tookMs : mean.ms * (1 - LATEST_WEIGHT) + tookMs * LATEST_WEIGHT;
      mean = { ms, at: world.monotonicMs() };
    },
    overload: () => {
      overloadedUntil = world.monotonicMs() + OVERLOAD_PAUSE_MS;
    },
  };
}
