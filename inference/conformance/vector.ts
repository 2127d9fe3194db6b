import { z } from "zod";
import { METHOD_NAMES } from "./methods.ts";

/** Calls of one step that are in flight together; more would test the machine, not the protocol. */
const MAX_TIMES = 64;
const MAX_PAUSE_MS = 5_000;

const json = z.record(z.string(), z.json());

const stepSchema = z.strictObject({
  method: z.enum(METHOD_NAMES),
  /** Protobuf's JSON form of the request: bytes in base64, 64-bit numbers as text. */
  request: json.optional(),
  /** A stream's requests, in order. */
  requests: z.array(json).optional(),
  /** Bytes sent in place of a request, in base64: what no encoder would write. */
  wire: z.string().optional(),
  /** Sent as gRPC metadata. */
  metadata: z.record(z.string(), z.string()).optional(),
  /** Wait before the step, in milliseconds. */
  pauseMs: z.int().positive().max(MAX_PAUSE_MS).optional(),
  /** The same request so many times at once; the outcome is how often each code came. */
  times: z.int().min(2).max(MAX_TIMES).optional(),
  /** Of those, so many are cancelled once they are on the way. */
  cancelled: z.int().positive().max(MAX_TIMES).optional(),
  /** The next step begins while this one runs. */
  background: z.boolean().optional(),
});

/** One thing that a client does. */
export type Step = z.infer<typeof stepSchema>;

const outcomeSchema = z.strictObject({
  /** gRPC code by name. Of a stream: how the stream ended. */
  code: z.string().optional(),
  /** Of several calls: how often each code came. */
  codes: z.record(z.string(), z.int()).optional(),
  response: z.json().optional(),
  /** A stream's replies, by request id. */
  replies: z.array(z.json()).optional(),
  /** The server's words; told for readers, compared only where the protocol has no code for it. */
  text: z.string().optional(),
});

/** What a server answered to one step, without what differs from run to run. */
export type Outcome = z.infer<typeof outcomeSchema>;

const vectorSchema = z.strictObject({
  name: z.string().min(1),
  steps: z.array(stepSchema).min(1),
  /** One outcome a step, recorded from real Triton. */
  outcomes: z.array(outcomeSchema),
  /** A newer Triton than the recorded one is known to answer otherwise, or the embedded server does on purpose. */
  aside: z.strictObject({ reason: z.string().min(1), outcomes: z.array(outcomeSchema) }).optional(),
});

/** A case with the recorded answers. */
export type Vector = z.infer<typeof vectorSchema>;

/** The recorded file as a whole. */
export const vectorsSchema = z.strictObject({ server: z.string(), version: z.string(), vectors: z.array(vectorSchema) });
