import { FRAME, numberFrame, REASON } from "./frames.ts";
import type { Headers } from "./hpack-decoder.ts";
import type { SendQueue } from "./send-queue.ts";

/** What takes a call's bytes. */
export interface StreamHandler {
  /** A piece of the body; its memory is used again as soon as this returns. */
  data(piece: Buffer): void;
  /** The client has sent all. */
  ended(): void;
  /** Nothing more comes or goes; `reset` when not both sides had ended. */
  closed(reset: boolean): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly queue: SendQueue;
  readonly windowBytes: number;
  /** The stream is over. */
  forget(stream: number): void;
}

/** The server's side of one HTTP/2 stream. */
export class ServerStream {
  readonly id: number;
  readonly headers: Headers;
  readonly #owner: StreamOwner;
  #handler: StreamHandler | undefined;
  #headersSent = false;
  #remoteEnded = false;
  #localEnded = false;
  #closed = false;
  #paused = false;
  /** Pieces that came while it was paused; no more than the window. */
  readonly #held: Buffer[] = [];
  #endHeld = false;
  /** Bytes that the client may still send. */
  #window: number;
  #toGrant = 0;

  constructor(id: number, headers: Headers, owner: StreamOwner) {
    this.id = id;
    this.headers = headers;
    this.#owner = owner;
    this.#window = owner.windowBytes;
  }

  get headersSent(): boolean {
    return this.#headersSent;
  }

  get remoteEnded(): boolean {
    return this.#remoteEnded;
  }

  get closed(): boolean {
    return this.#closed;
  }

  attach(handler: StreamHandler): void {
    this.#handler = handler;
  }

  respond(block: Buffer, endStream = false): void {
    if (this.#closed || this.#headersSent) return;
    this.#headersSent = true;
    this.#localEnded ||= endStream;
    this.#owner.queue.headers(this.id, block, endStream);
  }

  write(pieces: readonly Uint8Array[]): void {
    if (!this.#closed && !this.#localEnded) this.#owner.queue.body(this.id, pieces);
  }

  /** Ends after what was written. `flushed` is told when the system has taken all of it. */
  finish(block: Buffer, flushed?: () => void): void {
    if (this.#closed || this.#localEnded) return;
    this.#localEnded = true;
    this.#owner.queue.trailers(this.id, block, flushed);
  }

  /** Ends both directions at once. */
  reset(reason: number = REASON.cancel): void {
    if (this.#closed) return;
    this.#owner.queue.drop(this.id);
    this.#owner.queue.now(numberFrame(FRAME.reset, this.id, reason));
    this.close(true);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (let piece = this.#held.shift(); piece !== undefined; piece = this.#held.shift()) {
      this.#deliver(piece);
      if (this.#isPaused()) return;
    }
    if (!this.#endHeld) return;
    this.#endHeld = false;
    this.#handler?.ended();
  }

  /** Called by the connection: false when the client sends more than its window. */
  receive(bytes: number): boolean {
    this.#window -= bytes;
    return this.#window >= 0;
  }

  /** Called by the connection. */
  take(piece: Buffer): void {
    if (this.#closed || piece.length === 0) return;
    if (this.#paused) this.#held.push(Buffer.from(piece));
    else this.#deliver(piece);
  }

  /** Called by the connection: the client has sent all. */
  takeEnd(): void {
    if (this.#closed || this.#remoteEnded) return;
    this.#remoteEnded = true;
    if (this.#paused) this.#endHeld = true;
    else this.#handler?.ended();
  }

  /** Called by the connection: the last frame was written. */
  sent(): void {
    if (this.#closed) return;
    // What is left of a request that is answered is not wanted (RFC 9113, section 8.1).
    if (!this.#remoteEnded) this.#owner.queue.now(numberFrame(FRAME.reset, this.id, REASON.noError));
    this.close(false);
  }

  /** Called by the connection or by a reset. */
  close(reset: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held.length = 0;
    this.#owner.queue.drop(this.id);
    this.#owner.forget(this.id);
    this.#handler?.closed(reset);
  }

  /** A handler may pause while it takes a piece. */
  #isPaused(): boolean {
    return this.#paused;
  }

  #deliver(piece: Buffer): void {
    this.#toGrant += piece.length;
    if (!this.#remoteEnded && this.#toGrant >= this.#owner.windowBytes / 2) {
      this.#owner.queue.now(numberFrame(FRAME.windowUpdate, this.id, this.#toGrant));
      this.#window += this.#toGrant;
      this.#toGrant = 0;
    }
    this.#handler?.data(piece);
  }
}
