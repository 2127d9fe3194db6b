import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import { PayerHubError } from "../../runtime/error.ts";
import { FrameAssembler } from "../wire/frame.ts";
import { STATUS_OK, statusHeaders, timeoutMs } from "./grpc-status.ts";

/** A unary call whose message does not get on for this long is given up, in milliseconds. */
const RECEIVE_IDLE_MS = 30_000;
/** Deadlines are kept to this, in milliseconds: clients keep their own, and few different timers are cheap. */
const DEADLINE_GRAIN_MS = 100;
/** Longest deadline that a timer holds, in milliseconds; a later one is none. */
const MAX_DEADLINE_MS = 24 * 3_600_000;

/** What a handler knows of its call. */
export interface GrpcCall {
  readonly headers: IncomingHttpHeaders;
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
  readonly ended: () => void;
}

const OK_HEADERS = Object.freeze({ ":status": 200, "content-type": "application/grpc" });

/** One call, from its headers to its trailers. */
export class GrpcExchange implements GrpcPeer {
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #options: ExchangeOptions;
  readonly #assembler: FrameAssembler;
  readonly #route: GrpcRoute | undefined;
  #controller: AbortController | undefined;
  #messages = 0;
  #heldBytes = 0;
  #answered = false;
  #timer: NodeJS.Timeout | undefined;
  #handler: ReturnType<Extract<GrpcRoute, { streaming: unknown }>["streaming"]> | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: ExchangeOptions) {
    this.headers = headers;
    this.#stream = stream;
    this.#options = options;
    this.#assembler = new FrameAssembler(options.maxMessageBytes, (message) => this.#take(message));
    this.#route = options.routes.get(String(headers[":path"]));
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  begin(): void {
    const stream = this.#stream;
    stream.on("error", () => {});
    stream.on("close", () => this.#close());
    if (!String(this.headers["content-type"]).startsWith("application/grpc")) {
      stream.respond({ ":status": 415 }, { endStream: true });
      return;
    }
    const route = this.#route;
    if (route === undefined) return this.end(new PayerHubError("UNIMPLEMENTED", "finding a method: it is not served, it must be"));
    if ("streaming" in route) this.#handler = route.streaming(this);
    else stream.setTimeout(RECEIVE_IDLE_MS, () => this.#giveUp());
    this.#armDeadline();
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("end", () => this.#receivedAll());
  }

  send(frame: readonly Uint8Array[]): void {
    if (this.#answered || this.#stream.destroyed) return;
    this.#respond();
    for (const piece of frame) this.#stream.write(piece);
  }

  end(error?: PayerHubError): void {
    if (this.#answered || this.#stream.destroyed) return;
    this.#answered = true;
    const status = error === undefined ? STATUS_OK : statusHeaders(error);
    if (this.#stream.headersSent) {
      this.#stream.once("wantTrailers", () => this.#stream.sendTrailers({ ...status }));
      this.#stream.end();
    } else this.#stream.respond({ ...OK_HEADERS, ...status }, { endStream: true });
    // The rest of a request that is refused is not wanted.
    if (!this.#stream.readableEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR);
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

  #receive(chunk: Buffer): void {
    if (this.#answered) return;
    this.#heldBytes += chunk.length;
    if (!this.#options.budget.take(chunk.length)) {
      this.#heldBytes -= chunk.length;
      return this.end(new PayerHubError("RESOURCE_EXHAUSTED", "receiving a message: the server holds as many bytes as it may"));
    }
    try {
      this.#assembler.push(chunk);
    } catch (caught) {
      this.end(PayerHubError.from(caught, { attempted: "receiving a message" }));
    }
  }

  #take(message: Buffer): void {
    if (this.#answered) return;
    this.#messages += 1;
    if (this.#handler !== undefined) {
      // A stream's handler bounds what it holds by pausing.
      this.#release();
      return this.#handler.message(message);
    }
    if (this.#messages > 1) return this.end(new PayerHubError("INTERNAL", "receiving a message: there is a second one, there may be one"));
    this.#stream.setTimeout(0);
    void this.#answer(message);
  }

  async #answer(message: Buffer): Promise<void> {
    const route = this.#route;
    if (route === undefined || !("unary" in route)) return;
    try {
      const frame = await route.unary(message, this);
      this.#finish(frame);
    } catch (caught) {
      this.end(PayerHubError.from(caught, { attempted: "answering a call" }));
    }
  }

  #finish(frame: readonly Uint8Array[]): void {
    if (this.#answered || this.#stream.destroyed) return;
    this.#answered = true;
    this.#respond();
    const stream = this.#stream;
    stream.once("wantTrailers", () => stream.sendTrailers({ ...STATUS_OK }));
    for (let index = 0; index < frame.length - 1; index += 1) stream.write(frame[index]);
    stream.end(frame.at(-1));
  }

  #respond(): void {
    if (!this.#stream.headersSent) this.#stream.respond({ ...OK_HEADERS }, { waitForTrailers: true });
  }

  #receivedAll(): void {
    if (this.#answered) return;
    if (!this.#assembler.whole) return this.end(new PayerHubError("INTERNAL", "receiving a message: it is cut off, it must be whole"));
    if (this.#handler !== undefined) return this.#handler.ended();
    if (this.#messages === 0) this.end(new PayerHubError("INTERNAL", "receiving a message: there is none, there must be one"));
  }

  #giveUp(): void {
    this.abort(new PayerHubError("DEADLINE_EXCEEDED", "receiving a message: it stopped on the way"));
  }

  #armDeadline(): void {
    const timeout = timeoutMs(this.headers["grpc-timeout"]);
    if (timeout === undefined || timeout > MAX_DEADLINE_MS) return;
    const afterMs = Math.ceil(timeout / DEADLINE_GRAIN_MS) * DEADLINE_GRAIN_MS;
    this.#timer = setTimeout(
      () => this.abort(new PayerHubError("DEADLINE_EXCEEDED", "answering a call: its deadline passed before it completed")),
      afterMs,
    );
  }

  #release(): void {
    this.#options.budget.give(this.#heldBytes);
    this.#heldBytes = 0;
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#release();
    const gone = !this.#answered;
    this.#answered = true;
    if (gone) this.#controller?.abort(new PayerHubError("CANCELLED", "answering a call: its client went away"));
    this.#options.ended();
  }
}
