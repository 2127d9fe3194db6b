import { z } from "zod";
import { DEFAULT_MAX_SPOOL_ENTRIES } from "./spool.ts";

/** Limits of the gateway, all bounded; the defaults suit one payer site. */
export const limitsSchema = z.strictObject({
  /** Largest document in bytes: 300 fine fax pages in colour fit. */
  maxBytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31)
    .default(64 * 1024 * 1024),
  /** Longest silence within an upload, in milliseconds. */
  idleMs: z.number().int().min(10).max(600_000).default(10_000),
  /** Longest upload in milliseconds: 64 MiB over 2 Mbit/s take under five minutes. */
  uploadDeadlineMs: z.number().int().min(50).max(3_600_000).default(600_000),
  /** Uploads in progress over all channels; each holds a receive window of 4 MiB and a few messages of 1 MiB at worst. */
  maxUploads: z.number().int().min(1).max(1_024).default(32),
  maxSpoolEntries: z.number().int().min(1).max(1_000_000).default(DEFAULT_MAX_SPOOL_ENTRIES),
  /** Longest wait for running uploads at shutdown, in milliseconds. */
  drainMs: z.number().int().min(0).max(60_000).default(5_000),
  /** HTTP requests of one address in a minute. */
  requestsPerMinute: z.number().int().min(1).max(1_000_000).default(6_000),
  /** Token requests of one address in a minute: each costs a key derivation. */
  tokensPerMinute: z.number().int().min(1).max(10_000).default(60),
  /** Longest wait for an HTTP request's headers, in milliseconds. */
  headersMs: z.number().int().min(50).max(600_000).default(10_000),
});

export type EdgeLimits = Readonly<z.infer<typeof limitsSchema>>;
