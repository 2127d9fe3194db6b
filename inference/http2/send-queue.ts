import type { Socket } from "node:net";
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, FLAG, FRAME, FRAME_HEAD_BYTES, writeHead } from "./frames.ts";

/** Bytes that may lie in the socket before more of the large answers is cut into frames. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** What one stream sends before the next has its turn, in bytes: small answers do not wait for large ones. */
const TURN_BYTES = 256 * 1024;
/** Buffers below this are joined before they are written: a copy costs less than another entry of a vector. */
const JOIN_BELOW_BYTES = 4_096;
/** Longest frame that is cut, in bytes, whatever a client would take: a turn of the others comes in between. */
const MAX_CUT_BYTES = 128 * 1024;

const NOTHING = Buffer.alloc(0);

/** What one stream has to send: body first, then the block that ends it. */
interface Outgoing {
  readonly stream: number;
  readonly pieces: Uint8Array[];
  /** Sent bytes of the first piece. */
  offset: number;
  bytes: number;
  window: number;
  trailers: Buffer | undefined;
  /** Told when the system has taken the last byte. */
  flushed: (() => void) | undefined;
  queued: boolean;
}

/** Everything that goes out on one connection: header blocks at once, bodies as the peer's windows and the socket allow. */
export class SendQueue {
  readonly #socket: Socket;
  readonly #streams = new Map<number, Outgoing>();
  readonly #ready: Outgoing[] = [];
  readonly #onEnded: (stream: number) => void;
  #writes: Uint8Array[] = [];
  #flushed: (() => void)[] = [];
  #scheduled = false;
  #window = DEFAULT_WINDOW_BYTES;
  #initialWindow = DEFAULT_WINDOW_BYTES;
  #frameBytes = DEFAULT_FRAME_BYTES;

  /** `onEnded` takes each stream whose last frame was written. */
  constructor(socket: Socket, onEnded: (stream: number) => void) {
    this.#socket = socket;
    this.#onEnded = onEnded;
    socket.on("drain", () => this.flush());
  }

  /** A frame that no window holds back. */
  now(frame: Uint8Array): void {
    this.#writes.push(frame);
    this.#schedule();
  }

  open(stream: number): void {
    const outgoing = {
      stream,
      pieces: [],
      offset: 0,
      bytes: 0,
      window: this.#initialWindow,
      trailers: undefined,
      flushed: undefined,
      queued: false,
    };
    this.#streams.set(stream, outgoing);
  }

  headers(stream: number, block: Buffer, endStream: boolean): void {
    if (!this.#streams.has(stream)) return;
    this.#writeHeaders(stream, block, endStream);
    if (endStream) this.#end(stream);
    this.#schedule();
  }

  body(stream: number, pieces: readonly Uint8Array[]): void {
    const outgoing = this.#streams.get(stream);
    if (outgoing === undefined) return;
    for (const piece of pieces) {
      if (piece.byteLength === 0) continue;
      outgoing.pieces.push(piece);
      outgoing.bytes += piece.byteLength;
    }
    this.#enqueue(outgoing);
  }

  /** Ends a stream after its body. `flushed` is told when the system has taken all of it, and never when it was dropped. */
  trailers(stream: number, block: Buffer, flushed?: () => void): void {
    const outgoing = this.#streams.get(stream);
    if (outgoing === undefined) return;
    outgoing.trailers = block;
    outgoing.flushed = flushed;
    this.#enqueue(outgoing);
  }

  /** Forgets what a stream still has to send. */
  drop(stream: number): void {
    const outgoing = this.#streams.get(stream);
    if (outgoing === undefined) return;
    this.#streams.delete(stream);
    outgoing.pieces.length = 0;
    outgoing.bytes = 0;
    outgoing.trailers = undefined;
    outgoing.flushed = undefined;
  }

  /** False when the window would grow beyond what the protocol allows. */
  grow(stream: number, bytes: number): boolean {
    const outgoing = this.#streams.get(stream);
    if (stream === 0) this.#window += bytes;
    else if (outgoing !== undefined) outgoing.window += bytes;
    if (stream === 0 || outgoing === undefined) this.#schedule();
    else this.#enqueue(outgoing);
    return Math.max(this.#window, outgoing?.window ?? 0) < 2 ** 31;
  }

  settings(change: { readonly initialWindow?: number; readonly frameBytes?: number }): void {
    this.#frameBytes = Math.min(MAX_CUT_BYTES, change.frameBytes ?? this.#frameBytes);
    if (change.initialWindow === undefined) return;
    const difference = change.initialWindow - this.#initialWindow;
    this.#initialWindow = change.initialWindow;
    for (const outgoing of this.#streams.values()) {
      outgoing.window += difference;
      this.#enqueue(outgoing);
    }
  }

  /** Writes what may be written now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#socket.destroyed) return;
    while (this.#ready.length > 0 && this.#socket.writableLength + this.#pendingBytes() < HIGH_WATER_BYTES) {
      const outgoing = this.#ready.shift();
      if (outgoing === undefined) break;
      outgoing.queued = false;
      if (!this.#turn(outgoing)) break;
    }
    this.#write();
  }

  #pendingBytes(): number {
    let bytes = 0;
    for (const write of this.#writes) bytes += write.byteLength;
    return bytes;
  }

  #enqueue(outgoing: Outgoing): void {
    if (!outgoing.queued && (outgoing.bytes > 0 || outgoing.trailers !== undefined)) {
      outgoing.queued = true;
      this.#ready.push(outgoing);
    }
    this.#schedule();
  }

  /** After the microtasks of this turn of the event loop, so that all answers of a batch leave in one write. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  /** One stream's turn; false when the connection's window is closed. */
  #turn(outgoing: Outgoing): boolean {
    let left = TURN_BYTES;
    while (outgoing.bytes > 0 && left > 0) {
      const length = Math.min(this.#frameBytes, outgoing.bytes, outgoing.window, this.#window, left);
      if (length <= 0) break;
      this.#cut(outgoing, length);
      left -= length;
    }
    if (outgoing.bytes > 0) {
      // Without a window of its own it waits for one.
      if (outgoing.window <= 0) return this.#window > 0;
      outgoing.queued = true;
      // Without the connection's window it keeps its place; else the others have their turn first.
      if (this.#window <= 0) this.#ready.unshift(outgoing);
      else this.#ready.push(outgoing);
      return this.#window > 0;
    }
    if (outgoing.trailers !== undefined) {
      this.#writeHeaders(outgoing.stream, outgoing.trailers, true);
      if (outgoing.flushed !== undefined) this.#flushed.push(outgoing.flushed);
      this.#end(outgoing.stream);
    }
    return true;
  }

  /** Cuts one DATA frame out of the pieces, which are not copied. */
  #cut(outgoing: Outgoing, length: number): void {
    const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
    writeHead(head, 0, { length, type: FRAME.data, flags: 0, stream: outgoing.stream });
    this.#writes.push(head);
    let left = length;
    while (left > 0) {
      const [piece] = outgoing.pieces;
      if (piece === undefined) break;
      const end = Math.min(piece.byteLength, outgoing.offset + left);
      this.#writes.push(piece.subarray(outgoing.offset, end));
      left -= end - outgoing.offset;
      outgoing.offset = end;
      if (end < piece.byteLength) continue;
      outgoing.pieces.shift();
      outgoing.offset = 0;
    }
    outgoing.bytes -= length;
    outgoing.window -= length;
    this.#window -= length;
  }

  #writeHeaders(stream: number, block: Buffer, endStream: boolean): void {
    const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
    const flags = FLAG.endHeaders | (endStream ? FLAG.endStream : 0);
    writeHead(head, 0, { length: block.length, type: FRAME.headers, flags, stream });
    this.#writes.push(head, block);
  }

  #end(stream: number): void {
    this.#streams.delete(stream);
    this.#onEnded(stream);
  }

  #write(): void {
    const writes = this.#writes;
    if (writes.length === 0) return;
    this.#writes = [];
    this.#socket.cork();
    let from = 0;
    for (let at = 0; at <= writes.length; at += 1) {
      const piece = writes[at];
      if (piece !== undefined && piece.byteLength < JOIN_BELOW_BYTES) continue;
      if (at - from === 1) this.#socket.write(writes[from] ?? Buffer.alloc(0));
      else if (at > from) this.#socket.write(Buffer.concat(writes.slice(from, at)));
      if (piece !== undefined) this.#socket.write(piece);
      from = at + 1;
    }
    this.#tellFlushed();
    this.#socket.uncork();
  }

  #tellFlushed(): void {
    if (this.#flushed.length === 0) return;
    const told = this.#flushed;
    this.#flushed = [];
    // Behind all that was written above; it tells when that has gone.
    this.#socket.write(NOTHING, () => {
      for (const tell of told) tell();
    });
  }
}
