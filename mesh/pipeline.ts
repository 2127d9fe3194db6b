import type { EventName } from "./events.ts";

/** One row of the flow. */
export interface PipelineRow {
  readonly stage: string;
  readonly input: EventName;
  /** Events the stage may put out; none ends the flow of the revision there. */
  readonly outputs: readonly EventName[];
  /** Longest one run may take without progress, in milliseconds; only `read` reports any, page by page. */
  readonly budgetMs: number;
  /** Documents a process works on at once. */
  readonly concurrency: number;
}

/** Promise of the product: a document that needs no person reaches its hub within five minutes. */
export const DOCUMENT_BUDGET_MS = 300_000;

/**
 * The whole document flow, in order. `register` makes the document known to the store before it is read, so that the edge
 * gets its receipt while the reading queue is long. `review` is a branch: a person's verdict re-joins at `understood`.
 */
export const PIPELINE: readonly PipelineRow[] = [
  { stage: "register", input: "received", outputs: [], budgetMs: 5_000, concurrency: 8 },
  { stage: "read", input: "received", outputs: ["read"], budgetMs: 240_000, concurrency: 2 },
  { stage: "understand", input: "read", outputs: ["understood"], budgetMs: 20_000, concurrency: 2 },
  { stage: "score", input: "understood", outputs: ["scored", "review_requested"], budgetMs: 10_000, concurrency: 4 },
  { stage: "review", input: "review_requested", outputs: [], budgetMs: 5_000, concurrency: 4 },
  { stage: "map", input: "scored", outputs: ["mapped"], budgetMs: 10_000, concurrency: 2 },
  { stage: "release", input: "mapped", outputs: ["released"], budgetMs: 5_000, concurrency: 4 },
  { stage: "deliver", input: "released", outputs: ["delivered"], budgetMs: 10_000, concurrency: 4 },
];

export const STAGE_NAMES = PIPELINE.map((row) => row.stage);
