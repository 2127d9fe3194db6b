import type { Tensor } from "../tensor.ts";

/** What a session's worker thread is started with. */
export interface SessionStart {
  readonly modelPath: string;
}

/** One run, or the order to release the session and end. */
export type ToSession = { readonly kind: "run"; readonly id: number; readonly inputs: readonly Tensor[] } | { readonly kind: "close" };

/** Nanoseconds of one execution. */
export interface RunTimes {
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

export type FromSession =
  | { readonly kind: "ready"; readonly inputs: readonly string[]; readonly outputs: readonly string[] }
  | { readonly kind: "done"; readonly id: number; readonly outputs: readonly Tensor[]; readonly times: RunTimes }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
