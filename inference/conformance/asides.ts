import type { Outcome } from "./vector.ts";

/** A case in which the embedded server does not do what the recorded Triton did. */
export interface Aside {
  readonly name: string;
  readonly reason: string;
  readonly outcomes: readonly Outcome[];
}

const NO_SHARED_MEMORY = "Triton 2.70 has client shared memory off and answers UNIMPLEMENTED; the embedded server never has it";
const NOT_THE_CORE =
  "the refusal is the Python backend's own: the core passes it, and with the identity backend Triton 2.70 gives the bytes back";

const echoed = (shape: readonly string[], raw: readonly number[]): Outcome => ({
  code: "OK",
  response: {
    modelName: "bytes",
    modelVersion: "1",
    outputs: [{ datatype: "BYTES", name: "OUTPUT0", shape: [...shape] }],
    rawOutputContents: [Buffer.from(raw).toString("base64")],
  },
});

/**
 * Recorded from Triton 2.51; Triton 2.70 answers these otherwise, and the newer one holds. Real Triton is compared with the
 * recording, the embedded server with what stands here.
 */
export const ASIDES: readonly Aside[] = [
  {
    name: "infer: batch 0 with data",
    reason: "Triton 2.51 takes the shape for one without batch; 2.70 refuses it",
    outcomes: [{ code: "INVALID_ARGUMENT" }],
  },
  { name: "bytes: length beyond the data", reason: NOT_THE_CORE, outcomes: [echoed(["1", "1"], [9, 0, 0, 0, 65])] },
  {
    name: "bytes: second length beyond the data",
    reason: NOT_THE_CORE,
    outcomes: [echoed(["1", "2"], [1, 0, 0, 0, 65, 9, 0, 0, 0, 66])],
  },
  { name: "bytes: length of four gigabytes", reason: NOT_THE_CORE, outcomes: [echoed(["1", "1"], [255, 255, 255, 255, 65])] },
  { name: "shared memory: register", reason: NO_SHARED_MEMORY, outcomes: [{ code: "UNIMPLEMENTED" }] },
  { name: "CUDA memory: register", reason: NO_SHARED_MEMORY, outcomes: [{ code: "UNIMPLEMENTED" }] },
];
