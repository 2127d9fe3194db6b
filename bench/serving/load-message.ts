/** What a load process is told to do. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** A whole gRPC frame, in base64. */
  readonly frame: string;
  /** Most calls in flight; in a closed loop, always so many. */
  readonly inFlight: number;
  /** Calls begun a second whatever becomes of them; undefined is a closed loop: a new call when one has ended. */
  readonly perSecond?: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** What it saw while it measured. */
export interface LoadResult {
  /** Calls with an answer, a second. */
  readonly answeredPerSecond: number;
  /** Calls that ended with an error, a second. */
  readonly failedPerSecond: number;
  /** Calls that could not begin because as many as may be were in flight, a second. */
  readonly heldPerSecond: number;
  /** Of the answered ones, in milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Processor time of this process ÷ measured time. */
  readonly cpuShare: number;
  /** Message of the first answer, with gRPC's head, in base64. */
  readonly sample: string;
}
