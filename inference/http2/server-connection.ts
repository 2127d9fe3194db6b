import type { Socket } from "node:net";
import { PayerHubError } from "../../runtime/error.ts";
import { readClientSettings } from "./client-settings.ts";
import { FrameReader, withoutPadding } from "./frame-reader.ts";
import { DEFAULT_WINDOW_BYTES, FLAG, FRAME, frame, goAwayFrame, numberFrame, REASON, SETTING, settingsFrame } from "./frames.ts";
import type { FrameHead } from "./frames.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import type { Headers } from "./hpack-decoder.ts";
import { createTokenBucket } from "./token-bucket.ts";
import { SendQueue } from "./send-queue.ts";
import { ServerStream } from "./server-stream.ts";
import type { StreamOwner } from "./server-stream.ts";

/** What a server offers to each client. */
export interface ConnectionLimits {
  readonly maxStreams: number;
  /** Receive window of a stream and of the connection, in bytes. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Longest DATA frame, in bytes. */
  readonly maxFrameBytes: number;
  /** Header fields of one call together, in bytes. */
  readonly maxHeaderBytes: number;
  /** Frames that cost the server and give it no work (PING, SETTINGS, RST_STREAM), at once and a second. */
  readonly controlBurst: number;
  readonly controlPerSecond: number;
}

export interface ConnectionOptions {
  readonly limits: ConnectionLimits;
  readonly monotonicMs: () => number;
  /** Takes each new stream; it attaches a handler before it returns. */
  readonly onStream: (stream: ServerStream) => void;
}

/** Header blocks may come in several frames; this one has begun. */
interface OpenBlock {
  readonly stream: number;
  readonly endStream: boolean;
  readonly parts: Buffer[];
  bytes: number;
}

/** The server's side of one HTTP/2 connection with prior knowledge (RFC 9113), as far as gRPC needs it: no push, no priorities. */
export class ServerConnection implements StreamOwner {
  readonly queue: SendQueue;
  readonly windowBytes: number;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader: FrameReader;
  readonly #hpack: HpackDecoder;
  readonly #streams = new Map<number, ServerStream>();
  readonly #control: ReturnType<typeof createTokenBucket>;
  #block: OpenBlock | undefined;
  #lastStream = 0;
  #window: number;
  #toGrant = 0;
  #closing = false;
  #failed = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    const { limits, monotonicMs } = options;
    this.#socket = socket;
    this.#options = options;
    this.windowBytes = limits.streamWindowBytes;
    this.#window = limits.connectionWindowBytes;
    this.queue = new SendQueue(socket, (stream) => this.#streams.get(stream)?.sent());
    this.#hpack = new HpackDecoder(limits.maxHeaderBytes);
    this.#control = createTokenBucket({ burst: limits.controlBurst, perSecond: limits.controlPerSecond, monotonicMs });
    this.#reader = new FrameReader(
      {
        control: (head, payload) => this.#takeControl(head, payload),
        dataHead: (head) => this.#takeDataHead(head),
        dataPiece: (head, piece, last) => this.#takeData(head, piece, last),
      },
      limits.maxFrameBytes,
    );
    socket.on("error", () => {});
    socket.on("close", () => this.#lost());
    this.#greet();
  }

  /** Calls that have not ended. */
  get active(): number {
    return this.#streams.size;
  }

  /** Whether the client has begun to speak HTTP/2. */
  get greeted(): boolean {
    return this.#reader.greeted;
  }

  /** Takes no new calls; the connection ends after the last one. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.queue.now(goAwayFrame(this.#lastStream, REASON.noError));
    this.#endWhenIdle();
  }

  /** Ends at once; calls in flight are lost. */
  destroy(): void {
    this.#socket.destroy();
  }

  forget(stream: number): void {
    this.#streams.delete(stream);
    if (this.#closing) this.#endWhenIdle();
  }

  #endWhenIdle(): void {
    if (this.#streams.size > 0) return;
    this.queue.flush();
    this.#socket.end();
  }

  #greet(): void {
    const { limits } = this.#options;
    this.queue.now(
      settingsFrame([
        [SETTING.maxStreams, limits.maxStreams],
        [SETTING.initialWindow, limits.streamWindowBytes],
        [SETTING.maxFrame, limits.maxFrameBytes],
        [SETTING.maxHeaderList, limits.maxHeaderBytes],
      ]),
    );
    this.queue.now(numberFrame(FRAME.windowUpdate, 0, limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES));
  }

  /** Takes what the socket read; the bytes are used again as soon as this returns. */
  receive(bytes: Buffer): void {
    if (this.#socket.destroyed || this.#failed) return;
    try {
      this.#reader.push(bytes);
    } catch (caught) {
      this.#fail(PayerHubError.from(caught, { attempted: "speaking HTTP/2" }));
    }
  }

  #fail(error: PayerHubError): void {
    const reason = error.code === "RESOURCE_EXHAUSTED" ? REASON.enhanceYourCalm : REASON.protocolError;
    this.#closing = true;
    this.#failed = true;
    this.queue.now(goAwayFrame(this.#lastStream, reason));
    this.queue.flush();
    this.#socket.destroySoon();
    this.#lost();
  }

  #lost(): void {
    for (const stream of Array.from(this.#streams.values())) stream.close(true);
  }

  #takeControl(head: FrameHead, payload: Buffer): void {
    if (this.#block !== undefined && (head.type !== FRAME.continuation || head.stream !== this.#block.stream))
      throw broken("another frame comes before a header block has ended");
    switch (head.type) {
      case FRAME.headers:
        return this.#takeHeaders(head, payload);
      case FRAME.continuation:
        return this.#takeContinuation(head, payload);
      case FRAME.reset:
        return this.#takeReset(head);
      case FRAME.settings:
        return this.#takeSettings(head, payload);
      case FRAME.ping:
        return this.#takePing(head, payload);
      case FRAME.windowUpdate:
        return this.#takeWindowUpdate(head, payload);
      case FRAME.pushPromise:
        throw broken("a client may not push");
      default:
        // PRIORITY, GOAWAY and what is not known need no answer; the client closes when it is done.
        return this.#spend();
    }
  }

  /** A client that sends much that costs and asks for nothing is sent away. */
  #spend(): void {
    if (!this.#control.take()) throw new PayerHubError("RESOURCE_EXHAUSTED", "speaking HTTP/2: the client sends too many control frames");
  }

  #takeHeaders(head: FrameHead, payload: Buffer): void {
    let block = (head.flags & FLAG.padded) === 0 ? payload : withoutPadding(payload);
    if ((head.flags & FLAG.priority) !== 0) block = block.subarray(5);
    this.#block = { stream: head.stream, endStream: (head.flags & FLAG.endStream) !== 0, parts: [], bytes: 0 };
    this.#takeBlock(head, block);
  }

  #takeContinuation(head: FrameHead, payload: Buffer): void {
    if (this.#block === undefined) throw broken("a header block goes on that has not begun");
    this.#takeBlock(head, payload);
  }

  #takeBlock(head: FrameHead, part: Buffer): void {
    const block = this.#block;
    if (block === undefined) return;
    const ended = (head.flags & FLAG.endHeaders) !== 0;
    block.bytes += part.length;
    if (block.bytes > this.#options.limits.maxHeaderBytes)
      throw new PayerHubError("RESOURCE_EXHAUSTED", `reading headers: they are larger than ${this.#options.limits.maxHeaderBytes} bytes`);
    if (!ended) {
      this.#spend();
      block.parts.push(Buffer.from(part));
      return;
    }
    this.#block = undefined;
    // Every block changes the table, also one of a stream that is over.
    const headers = this.#hpack.decode(block.parts.length === 0 ? part : Buffer.concat([...block.parts, part]));
    this.#open(block, headers);
  }

  #open({ stream: id, endStream }: OpenBlock, headers: Headers): void {
    const known = this.#streams.get(id);
    if (known !== undefined) {
      if (!endStream) throw broken("a call has a second header block that does not end it");
      return known.takeEnd();
    }
    if (id % 2 === 0) throw broken("a client's stream has an even number");
    // Trailers of a call that was answered before they came.
    if (id <= this.#lastStream) return;
    this.#lastStream = id;
    if (this.#closing || this.#streams.size >= this.#options.limits.maxStreams) {
      this.#spend();
      return this.queue.now(numberFrame(FRAME.reset, id, REASON.refusedStream));
    }
    const stream = new ServerStream(id, headers, this);
    this.#streams.set(id, stream);
    this.queue.open(id);
    this.#options.onStream(stream);
    if (endStream) stream.takeEnd();
  }

  #takeReset({ stream: id, length }: FrameHead): void {
    if (length !== 4 || id === 0 || id > this.#lastStream) throw broken("a reset is of no stream");
    this.#spend();
    this.#streams.get(id)?.close(true);
  }

  #takeSettings({ flags, length, stream }: FrameHead, payload: Buffer): void {
    if (stream !== 0 || length % 6 !== 0) throw broken("settings have a wrong form");
    if ((flags & FLAG.ack) !== 0) return;
    this.#spend();
    this.queue.settings(readClientSettings(payload));
    this.queue.now(frame({ type: FRAME.settings, flags: FLAG.ack, stream: 0 }, Buffer.alloc(0)));
  }

  #takePing({ flags, length, stream }: FrameHead, payload: Buffer): void {
    if (stream !== 0 || length !== 8) throw broken("a ping has a wrong form");
    if ((flags & FLAG.ack) !== 0) return;
    this.#spend();
    this.queue.now(frame({ type: FRAME.ping, flags: FLAG.ack, stream: 0 }, payload));
  }

  #takeWindowUpdate({ length, stream }: FrameHead, payload: Buffer): void {
    const bytes = length === 4 ? payload.readUInt32BE(0) & 0x7fff_ffff : 0;
    if (bytes === 0) throw broken("a window grows by nothing");
    if (!this.queue.grow(stream, bytes)) throw broken("a window grows beyond what any may be");
  }

  #takeDataHead({ stream: id, length, flags }: FrameHead): void {
    if (this.#block !== undefined) throw broken("another frame comes before a header block has ended");
    if (length === 0 && (flags & FLAG.endStream) === 0) this.#spend();
    if (id === 0 || id > this.#lastStream) throw broken("data come on a stream that is not open");
    this.#window -= length;
    const stream = this.#streams.get(id);
    if (this.#window < 0 || stream?.receive(length) === false) throw broken("the client sends more than its window");
    if (stream?.remoteEnded === true) throw broken("data come after their end");
    this.#toGrant += length;
    if (this.#toGrant < this.#options.limits.connectionWindowBytes / 2) return;
    this.queue.now(numberFrame(FRAME.windowUpdate, 0, this.#toGrant));
    this.#window += this.#toGrant;
    this.#toGrant = 0;
  }

  #takeData(head: FrameHead, piece: Buffer, last: boolean): void {
    const stream = this.#streams.get(head.stream);
    if (stream === undefined) return;
    stream.take(piece);
    if (last && (head.flags & FLAG.endStream) !== 0) stream.takeEnd();
  }
}

function broken(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `speaking HTTP/2: ${states}`);
}
