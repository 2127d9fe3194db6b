/** Bytes that arrive in chunks of any size and are taken in pieces of a chosen one. Each byte is copied at most once. */
export interface ByteQueue {
  readonly length: number;
  push(chunk: Uint8Array): void;
  /** The first `count` bytes; throws RangeError when there are fewer. */
  take(count: number): Uint8Array;
}

export function createByteQueue(): ByteQueue {
  const chunks: Uint8Array[] = [];
  let length = 0;

  const takeFromFirst = (first: Uint8Array, count: number): Uint8Array => {
    if (first.length === count) chunks.shift();
    else chunks[0] = first.subarray(count);
    return first.subarray(0, count);
  };

  const takeAcross = (count: number): Uint8Array => {
    const taken = new Uint8Array(count);
    for (let at = 0; at < count; ) {
      const part = takeFromFirst(firstOf(chunks), Math.min(firstOf(chunks).length, count - at));
      taken.set(part, at);
      at += part.length;
    }
    return taken;
  };

  return {
    get length() {
      return length;
    },
    push(chunk) {
      if (chunk.length === 0) return;
      chunks.push(chunk);
      length += chunk.length;
    },
    take(count) {
      if (count > length) throw new RangeError(`take "${count}" bytes: the queue has ${length}, it must have at least as many`);
      if (count === 0) return new Uint8Array(0);
      length -= count;
      const first = firstOf(chunks);
      return first.length >= count ? takeFromFirst(first, count) : takeAcross(count);
    },
  };
}

function firstOf(chunks: readonly Uint8Array[]): Uint8Array {
  const first = chunks[0];
  if (first === undefined) throw new RangeError("take from a byte queue: it is empty, it must have a chunk");
  return first;
}
