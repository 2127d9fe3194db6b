import { PayerHubError } from "../../runtime/error.ts";
import { encodeHeaders } from "../http2/hpack-encoder.ts";
import type { Headers } from "../http2/hpack-decoder.ts";
import type { ServerStream, StreamHandler } from "../http2/server-stream.ts";
import { FrameAssembler } from "../wire/frame.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { rawShift } from "./raw-alignment.ts";
import { statusFields, timeoutMs } from "./grpc-status.ts";

/** A unary call whose message has begun and is not whole within this is given up, in milliseconds. */
const RECEIVE_DEADLINE_MS = 60_000;
/** Deadlines are kept to this, in milliseconds: clients keep their own, and few different timers are cheap. */
const DEADLINE_GRAIN_MS = 100;
/** Longest deadline that a timer holds, in milliseconds; a later one is none. */
const MAX_DEADLINE_MS = 24 * 3_600_000;

/** What a handler knows of its call. */
export interface GrpcCall {
  readonly headers: Headers;
  /** Aborts when the client goes away, its deadline passes or the server stops. */
  readonly signal: AbortSignal;
}

/** The way back of a call with several messages. */
export interface GrpcPeer extends GrpcCall {
  /** Sends one message, as the pieces of a frame. */
  send(frame: readonly Uint8Array[]): void;
  /** Ends the call, with an error or without. Idempotent. */
  end(error?: PayerHubError): void;
  /** Stops and starts the flow of messages from the client. */
  pause(): void;
  resume(): void;
}

/** How one call is answered: messages come without their frames, answers go as frames in pieces. */
export type GrpcRoute =
  | { readonly unary: (message: Buffer, call: GrpcCall) => readonly Uint8Array[] | Promise<readonly Uint8Array[]> }
  | { readonly streaming: (peer: GrpcPeer) => { message(message: Buffer): void; ended(): void } };

/** Bytes that all calls may hold together. */
export interface ByteBudget {
  /** False when there is no room. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export interface ExchangeOptions {
  readonly routes: ReadonlyMap<string, GrpcRoute>;
  readonly maxMessageBytes: number;
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  readonly ended: () => void;
}

const OK_FIELDS = [
  [":status", "200"],
  ["content-type", "application/grpc"],
] as const;
const OK_HEADERS = encodeHeaders(OK_FIELDS);
const OK_TRAILERS = encodeHeaders(statusFields(undefined));
const WRONG_TYPE = encodeHeaders([[":status", "415"]]);

/** One call, from its headers to its trailers. */
export class GrpcExchange implements GrpcPeer, StreamHandler {
  readonly headers: Headers;
  readonly #stream: ServerStream;
  readonly #options: ExchangeOptions;
  readonly #assembler: FrameAssembler;
  readonly #route: GrpcRoute | undefined;
  #controller: AbortController | undefined;
  /** Memory of a message that comes in several pieces. */
  #allocated: Buffer | undefined;
  #messages = 0;
  #heldBytes = 0;
  #answered = false;
  #deadline: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #handler: ReturnType<Extract<GrpcRoute, { streaming: unknown }>["streaming"]> | undefined;

  constructor(stream: ServerStream, options: ExchangeOptions) {
    this.headers = stream.headers;
    this.#stream = stream;
    this.#options = options;
    this.#assembler = new FrameAssembler(
      options.maxMessageBytes,
      (message) => this.#take(message),
      (length, beginning) => {
        const shift = rawShift(beginning);
        const buffer = options.pool.lend(length + shift);
        this.#allocated = buffer === undefined ? Buffer.allocUnsafe(length) : Buffer.from(buffer, shift, length);
        return this.#allocated;
      },
    );
    this.#route = options.routes.get(this.headers[":path"] ?? "");
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  begin(): void {
    this.#stream.attach(this);
    if (!(this.headers["content-type"] ?? "").startsWith("application/grpc")) {
      this.#answered = true;
      return this.#stream.respond(WRONG_TYPE, true);
    }
    const route = this.#route;
    if (route === undefined) return this.end(new PayerHubError("UNIMPLEMENTED", "finding a method: it is not served, it must be"));
    if ("streaming" in route) this.#handler = route.streaming(this);
    this.#armDeadline();
  }

  send(frame: readonly Uint8Array[]): void {
    if (this.#answered) return;
    this.#stream.respond(OK_HEADERS);
    this.#stream.write(frame);
  }

  end(error?: PayerHubError): void {
    if (this.#answered) return;
    this.#answered = true;
    if (this.#stream.headersSent) this.#stream.finish(error === undefined ? OK_TRAILERS : encodeHeaders(statusFields(error)));
    else this.#stream.respond(encodeHeaders([...OK_FIELDS, ...statusFields(error)]), true);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Ends the call from the server's side. */
  abort(error: PayerHubError): void {
    this.end(error);
    this.#controller?.abort(error);
  }

  /** A piece of the request's body. */
  data(piece: Buffer): void {
    if (this.#answered) return;
    if (!this.#options.budget.take(piece.length))
      return this.end(new PayerHubError("RESOURCE_EXHAUSTED", "receiving a message: the server holds as many bytes as it may"));
    this.#heldBytes += piece.length;
    try {
      this.#assembler.push(piece);
    } catch (caught) {
      this.end(PayerHubError.from(caught, { attempted: "receiving a message" }));
    }
    if (this.#messages === 0 && this.#idle === undefined && this.#handler === undefined && !this.#answered)
      this.#idle = setTimeout(() => this.#giveUp(), RECEIVE_DEADLINE_MS);
  }

  /** The client has sent all. */
  ended(): void {
    if (this.#answered) return;
    if (!this.#assembler.whole) return this.end(new PayerHubError("INTERNAL", "receiving a message: it is cut off, it must be whole"));
    if (this.#handler !== undefined) return this.#handler.ended();
    if (this.#messages === 0) this.end(new PayerHubError("INTERNAL", "receiving a message: there is none, there must be one"));
  }

  closed(reset: boolean): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#idle);
    this.#release();
    this.#answered = true;
    if (reset) this.#controller?.abort(new PayerHubError("CANCELLED", "answering a call: its client went away"));
    this.#options.ended();
  }

  #take(whole: Buffer): void {
    if (this.#answered) return;
    this.#messages += 1;
    // A message in one piece is a view on the socket's memory.
    const message = this.#allocated === whole ? whole : Buffer.from(whole);
    if (this.#handler !== undefined) {
      // A stream's handler bounds what it holds by pausing.
      this.#release();
      return this.#handler.message(message);
    }
    if (this.#messages > 1) return this.end(new PayerHubError("INTERNAL", "receiving a message: there is a second one, there may be one"));
    clearTimeout(this.#idle);
    void this.#answer(message);
  }

  async #answer(message: Buffer): Promise<void> {
    const route = this.#route;
    if (route === undefined || !("unary" in route)) return;
    try {
      this.#finish(await route.unary(message, this));
    } catch (caught) {
      this.end(PayerHubError.from(caught, { attempted: "answering a call" }));
    }
  }

  #finish(frame: readonly Uint8Array[]): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#stream.respond(OK_HEADERS);
    this.#stream.write(frame);
    // What the pool does not know it leaves alone.
    this.#stream.finish(OK_TRAILERS, () => {
      for (const { buffer } of frame) this.#options.pool.give(buffer);
    });
  }

  #giveUp(): void {
    this.abort(new PayerHubError("DEADLINE_EXCEEDED", "receiving a message: it did not arrive in time"));
  }

  #armDeadline(): void {
    const timeout = timeoutMs(this.headers["grpc-timeout"]);
    if (timeout === undefined || timeout > MAX_DEADLINE_MS) return;
    const afterMs = Math.ceil(timeout / DEADLINE_GRAIN_MS) * DEADLINE_GRAIN_MS;
    this.#deadline = setTimeout(
      () => this.abort(new PayerHubError("DEADLINE_EXCEEDED", "answering a call: its deadline passed before it completed")),
      afterMs,
    );
  }

  #release(): void {
    this.#options.budget.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
