/** How long a request may be passed over by others, in milliseconds: the smaller, the sooner its turn. */
export const PATIENCE_MS = {
  /** A person waits for it. */
  interactive: 0,
  normal: 100,
  /** Re-reads, evaluations, warm-ups. */
  bulk: 2_000,
} as const;

export type Priority = keyof typeof PATIENCE_MS;

/** What the batcher needs to know of one request's input. */
export interface Extent {
  readonly rows: number;
  /** Tokens of its longest row; all rows of one request are padded to it by the caller. */
  readonly length: number;
  /** Memory of its input. */
  readonly bytes: number;
}

/** One request in the queue. `payload` is the caller's own. All times are on the caller's monotonic clock, in milliseconds. */
export interface Entry<T> extends Extent {
  readonly payload: T;
  readonly queuedMs: number;
  /** Its answer is worth nothing from here on; Infinity: never. */
  readonly deadlineMs: number;
  /** The order of service: who must start first. Never changes, so nobody is passed over for ever. */
  readonly startByMs: number;
}
