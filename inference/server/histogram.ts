/** Counts of values by upper bound, cumulative as Prometheus wants them. */
export interface HistogramSnapshot {
  readonly bounds: readonly number[];
  /** Values at or below each bound. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export interface Histogram {
  observe(value: number): void;
  snapshot(): HistogramSnapshot;
}

/** `bounds` ascending; values above the last are in `count` alone. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const own = new Float64Array(bounds.length);
  let [sum, count] = [0, 0];
  return {
    observe: (value) => {
      sum += value;
      count += 1;
      const at = bounds.findIndex((bound) => value <= bound);
      if (at >= 0) own[at] = (own[at] ?? 0) + 1;
    },
    snapshot: () => {
      let running = 0;
      const counts = Array.from(own, (value) => (running += value));
      return { bounds, counts, sum, count };
    },
  };
}
