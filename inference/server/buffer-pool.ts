/** Sizes are rounded up to this, in bytes, so that messages of about one size share buffers. */
const GRAIN_BYTES = 64 * 1024;
/** Smaller memory is not worth keeping, in bytes: the allocator has it at hand. */
const LEAST_BYTES = 128 * 1024;
/** Memory that may lie unused, in bytes. */
const MAX_FREE_BYTES = 64 * 1024 * 1024;

/**
 * Memory for large tensors that is used again: fresh memory is zeroed page by page by the system, which takes longer than
 * copying a tensor, and the collector runs the more often the more of it comes and goes.
 */
export interface BufferPool {
  /** Memory of at least so many bytes, with what it held before; undefined when so little is not kept. */
  lend(bytes: number): ArrayBuffer | undefined;
  /** Takes memory that has come from another thread, under a new object, and is still in use. */
  adopt(buffer: ArrayBufferLike): void;
  /**
   * Ends a loan: the memory is kept for the next one or freed at once, so that it is no work of the collector. Memory that is
   * not lent is left alone, so giving twice is harmless.
   */
  give(buffer: ArrayBufferLike): void;
}

export function createBufferPool(): BufferPool {
  const free = new Map<number, ArrayBuffer[]>();
  const lent = new WeakSet<ArrayBufferLike>();
  let freeBytes = 0;
  return {
    lend: (bytes) => {
      if (bytes < LEAST_BYTES) return undefined;
      const size = Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES;
      const found = free.get(size)?.pop();
      if (found !== undefined) freeBytes -= size;
      const buffer = found ?? Buffer.allocUnsafeSlow(size).buffer;
      lent.add(buffer);
      return buffer;
    },
    adopt: (buffer) => void lent.add(buffer),
    give: (buffer) => {
      if (!lent.delete(buffer) || !(buffer instanceof ArrayBuffer) || buffer.detached) return;
      const size = buffer.byteLength;
      if (size < LEAST_BYTES || size % GRAIN_BYTES !== 0 || freeBytes + size > MAX_FREE_BYTES) {
        // What is transferred leaves its old object empty; the new one has no bytes to keep.
        buffer.transfer(0);
        return;
      }
      freeBytes += size;
      const list = free.get(size);
      if (list === undefined) free.set(size, [buffer]);
      else list.push(buffer);
    },
  };
}
