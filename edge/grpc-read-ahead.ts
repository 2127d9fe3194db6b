import type { Readable } from "node:stream";

/** Messages of a call that wait decoded in memory: one is being taken, one is next. */
const READ_AHEAD_MESSAGES = 2;

/**
 * Bounds what a call holds in memory while its reader is busy: grpc-js reads 16 messages ahead, which at 1 MiB each lets a
 * few uploads fill the memory when the disk is slow. It has no option for it, so this reaches for the stream's state by
 * name; where a new version hides it, the read-ahead stays as it was.
 */
export function limitReadAhead(call: Readable): void {
  const state: unknown = Reflect.get(call, "_readableState");
  if (typeof state === "object" && state !== null) Reflect.set(state, "highWaterMark", READ_AHEAD_MESSAGES);
}
