import { z } from "zod";

/** Rows of one execution: what GPU models of this size still gain from, and what Triton's configs of this product allow. */
const MAX_ROWS = 64;
/** Padded tokens of one execution: 64 rows of 256, so that activations of a base-size model stay below 2 GB. */
const MAX_TOKENS = 16_384;
/** Longest row, in tokens: LayoutLMv3 and BERT have 512 positions. */
const MAX_LENGTH = 512;
/** Rows that may wait: 64 full executions, about a second of a GPU. */
const MAX_QUEUED_ROWS = 4_096;
/** Input bytes that may wait: 400 page images of 602 KB; a row count alone would let large tensors fill the memory. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;
/** Executions at once: one, so that rows gather behind it; more only where the server has as many instances. */
const EXECUTIONS = 1;
/** Longest wait of a row for company while another execution runs, in milliseconds. */
const MAX_DELAY_MS = 5;
/** Padded ÷ real tokens over time. */
const MAX_PADDING = 1.25;
/** Longest execution, in milliseconds: a server that hangs gives its slot back after it. */
const MAX_RUN_MS = 10_000;

/** Bounds of one batcher; every key has a default. */
export const batchLimitsSchema = z.strictObject({
  maxRows: z.int().positive().default(MAX_ROWS),
  maxTokens: z.int().positive().default(MAX_TOKENS),
  maxLength: z.int().positive().default(MAX_LENGTH),
  maxQueuedRows: z.int().positive().default(MAX_QUEUED_ROWS),
  maxQueuedBytes: z.int().positive().default(MAX_QUEUED_BYTES),
  executions: z.int().positive().default(EXECUTIONS),
  maxDelayMs: z.number().nonnegative().default(MAX_DELAY_MS),
  maxPadding: z.number().min(1).default(MAX_PADDING),
  maxRunMs: z.number().positive().default(MAX_RUN_MS),
  /** Padded lengths are multiples of this; tensor cores like 8. Above 1, short rows may exceed `maxPadding`. */
  lengthMultiple: z.int().positive().default(1),
});

export type BatchLimits = Readonly<z.infer<typeof batchLimitsSchema>>;

/** Fills in the defaults and freezes; throws a ZodError that names what is malformed. */
export function batchLimits(given: z.input<typeof batchLimitsSchema>): BatchLimits {
  return Object.freeze(batchLimitsSchema.parse(given));
}
