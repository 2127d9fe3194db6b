import { z } from "zod";

/** Who makes the calls: our client, or the generated stub with grpc-js's and ts-proto's default options. */
export type Side = "ours" | "stub";

/** What a load process is told: keep so many calls in flight for so long. */
export const loadSchema = z.strictObject({
  endpoint: z.string(),
  model: z.string(),
  datatype: z.enum(["FP32", "BYTES"]),
  /** Bytes of the one tensor each way. */
  bytes: z.int().positive(),
  inFlight: z.int().positive(),
  forMs: z.number().positive(),
});

export type Load = z.infer<typeof loadSchema>;

/** What a load process answers. */
export const loadResultSchema = z.strictObject({
  requests: z.int().nonnegative(),
  elapsedMs: z.number(),
  /** Processor time of the process, user and system. */
  cpuMicros: z.number(),
});

export type LoadResult = z.infer<typeof loadResultSchema>;
