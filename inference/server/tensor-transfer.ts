import type { Tensor } from "../tensor.ts";

/** Tensors from here on are given to another thread without a copy, in bytes: no read from a socket is as large, so they own their memory. */
export const GIVE_AWAY_BYTES = 128 * 1024;

/** Tensors for another thread, and the memory that goes with them. */
export interface GivenTensors {
  readonly tensors: readonly Tensor[];
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * Readies tensors to be posted to another thread. A tensor of `ownFrom` bytes or more is given away without a copy: its whole
 * buffer leaves this thread, so it must have one that nothing else uses. A smaller one is copied, because what is posted as a
 * view takes its whole buffer along, and small views share theirs.
 */
export function giveAway(tensors: readonly Tensor[], ownFrom: number): GivenTensors {
  const buffers = new Set<ArrayBuffer>();
  const given = tensors.map((tensor) => {
    const { buffer, byteLength } = tensor.data;
    const whole = byteLength >= ownFrom && buffer instanceof ArrayBuffer;
    // Not `slice`: of a Buffer it is a view.
    const data = whole ? tensor.data : new Uint8Array(tensor.data);
    if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
    return { ...tensor, data };
  });
  return { tensors: given, buffers: [...buffers] };
}
