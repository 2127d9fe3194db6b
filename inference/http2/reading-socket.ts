import { Socket } from "node:net";
import type { OnReadOpts } from "node:net";

/** A socket and its way in. */
export interface ReadingSocket {
  readonly socket: Socket;
  /** Begins to read: each read goes to `take`, whose bytes are good until it returns. */
  onBytes(take: (bytes: Buffer) => void): void;
}

/**
 * The accepted connection as a socket that reads into `memory`, which all connections may share. Without it each read
 * allocates 64 KiB, which at ten reads a tensor is most of what the collector has to do. Node offers this to clients only, so
 * the connection's handle is reached for by its name; where a new version hides it, the socket reads as it always did.
 */
export function readingInto(memory: Buffer, accepted: Socket): ReadingSocket {
  const handle: unknown = Reflect.get(accepted, "_handle");
  if (typeof handle !== "object" || handle === null) return plainly(accepted);
  let take: ((bytes: Buffer) => void) | undefined;
  const onread: OnReadOpts = {
    buffer: memory,
    callback: (length) => {
      take?.(memory.subarray(0, length));
      return true;
    },
  };
  const socket: unknown = Reflect.construct(Socket, [{ handle, onread, readable: true, writable: true, allowHalfOpen: false }]);
  if (!(socket instanceof Socket)) return plainly(accepted);
  // The handle has one owner; the server counts connections by the object that it gave.
  Reflect.set(accepted, "_handle", null);
  socket.once("close", () => accepted.destroy());
  return {
    socket,
    onBytes: (taker) => {
      take = taker;
      socket.resume();
      socket.read(0);
    },
  };
}

/** The socket as Node reads it, for one that is no plain handle: TLS has memory of its own. */
export function plainly(socket: Socket): ReadingSocket {
  return {
    socket,
    onBytes: (take) => {
      socket.on("data", take);
      socket.resume();
    },
  };
}
