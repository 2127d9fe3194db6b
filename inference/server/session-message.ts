import type { Datatype, Tensor } from "../tensor.ts";

/** What a session's worker thread is started with. */
export interface SessionStart {
  readonly modelPath: string;
  /** Script memory of the thread, in megabytes; default 1,024. Only BYTES tensors need any: each element becomes a string. */
  readonly maxHeapMb?: number;
}

/** One run, or the order to release the session and end. */
export type ToSession = { readonly kind: "run"; readonly id: number; readonly inputs: readonly Tensor[] } | { readonly kind: "close" };

/** Nanoseconds of one execution. */
export interface RunTimes {
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** A tensor as the model file declares it. */
export interface SignatureTensor {
  readonly name: string;
  /** Undefined: a type that cannot be held here. */
  readonly datatype: Datatype | undefined;
  /** A name is a variable dimension; empty when the file does not say. */
  readonly shape: readonly (number | string)[];
}

export type FromSession =
  | { readonly kind: "ready"; readonly inputs: readonly SignatureTensor[]; readonly outputs: readonly SignatureTensor[] }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly outputs: readonly Tensor[];
      readonly times: RunTimes;
      /** Memory that came with the run. */
      readonly returned: readonly ArrayBuffer[];
    }
  | { readonly kind: "refused"; readonly id: number; readonly message: string }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
