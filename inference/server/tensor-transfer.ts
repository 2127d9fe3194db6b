import type { Tensor } from "../tensor.ts";

/** Tensors from here on are given to another thread without a copy, in bytes: no read from a socket is as large, so they own their memory. */
export const GIVE_AWAY_BYTES = 128 * 1024;

/** Tensors for another thread, and the memory that goes with them. */
export interface GivenTensors {
  readonly tensors: readonly Tensor[];
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * Readies tensors to be posted to another thread. A large one is given away without a copy: its buffer leaves this thread, so
 * nothing else may use it. A small one is copied, because what is posted as a view takes its whole buffer along, and small
 * views share theirs; `fresh` tensors that have a buffer to themselves need no copy.
 */
export function giveAway(tensors: readonly Tensor[], { fresh }: { readonly fresh: boolean }): GivenTensors {
  const buffers = new Set<ArrayBuffer>();
  const given = tensors.map((tensor) => {
    const { buffer, byteLength } = tensor.data;
    const whole = buffer instanceof ArrayBuffer && (byteLength >= GIVE_AWAY_BYTES || (fresh && byteLength === buffer.byteLength));
    // Not `slice`: of a Buffer it is a view.
    const data = whole ? tensor.data : new Uint8Array(tensor.data);
    if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
    return { ...tensor, data };
  });
  return { tensors: given, buffers: [...buffers] };
}
