/** What every call to a model server takes. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Whole call, in milliseconds; `infer` also sends it as Triton's `timeout`, so that queued work ends with it. */
  readonly deadlineMs?: number;
  /** gRPC metadata of this call, for example `traceparent`: lower-case names, printable values. */
  readonly metadata?: Readonly<Record<string, string>>;
}
