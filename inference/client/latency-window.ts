/** Calls that are remembered: enough for a 95th percentile that moves within seconds. */
const WINDOW = 200;
/** Fewer calls than this give no percentile. */
const FEWEST = 20;
/** The percentile is sorted out anew after so many calls. */
const REFRESH_EVERY = 20;

/** How long the last calls took. */
export interface LatencyWindow {
  record(ms: number): void;
  /** 95th percentile in milliseconds; undefined while there are too few calls. */
  p95(): number | undefined;
}

export function createLatencyWindow(): LatencyWindow {
  const latest = new Float64Array(WINDOW);
  let count = 0;
  let p95: number | undefined;
  return {
    record: (ms) => {
      latest[count % WINDOW] = ms;
      count += 1;
      if (count < FEWEST || count % REFRESH_EVERY !== 0) return;
      const sorted = latest.slice(0, Math.min(count, WINDOW)).sort();
      p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
    },
    p95: () => p95,
  };
}
