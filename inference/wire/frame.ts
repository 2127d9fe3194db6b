import { PayerHubError } from "../../runtime/error.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Head of a gRPC frame: one byte that tells compression, four of length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export const FRAME_HEAD_BYTES = 5;

/** Writes the head before the message that `writer` holds; an uncompressed frame. */
export function closeFrame(writer: WireWriter): Buffer {
  writer.fixed32BigEndian(writer.writtenBytes);
  writer.byte(0);
  return writer.written();
}

/** The message of a frame that an encoder here gave; a view. */
export function messageOf(frame: Buffer): Buffer {
  return frame.subarray(FRAME_HEAD_BYTES);
}

/**
 * Puts the frames of one direction of a call together out of the pieces that arrive. A message that arrives in one piece is a
 * view on it; else it is copied once, into a buffer of its announced length, which is allocated when its head has arrived
 * and is never larger than the limit.
 */
export class FrameAssembler {
  readonly #maxMessageBytes: number;
  readonly #deliver: (message: Buffer) => void;
  readonly #head = Buffer.alloc(FRAME_HEAD_BYTES);
  #headBytes = 0;
  #message: Buffer | undefined;
  #filled = 0;

  /** `deliver` takes each message as soon as it is whole. */
  constructor(maxMessageBytes: number, deliver: (message: Buffer) => void) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#deliver = deliver;
  }

  /** False while a frame has begun and not ended. */
  get whole(): boolean {
    return this.#headBytes === 0;
  }

  /** Takes the next piece. Throws RESOURCE_EXHAUSTED for a message above the limit and UNIMPLEMENTED for a compressed one. */
  push(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      at = this.#message === undefined ? this.#takeHead(piece, at) : at;
      if (this.#message !== undefined) at = this.#takeBody(piece, at);
    }
  }

  #takeHead(piece: Buffer, from: number): number {
    const taken = Math.min(FRAME_HEAD_BYTES - this.#headBytes, piece.length - from);
    piece.copy(this.#head, this.#headBytes, from, from + taken);
    this.#headBytes += taken;
    const at = from + taken;
    if (this.#headBytes < FRAME_HEAD_BYTES) return at;
    const length = this.#lengthOf(this.#head);
    if (length <= piece.length - at) {
      this.#headBytes = 0;
      this.#deliver(piece.subarray(at, at + length));
      return at + length;
    }
    this.#message = Buffer.allocUnsafe(length);
    this.#filled = 0;
    return at;
  }

  #takeBody(piece: Buffer, from: number): number {
    const message = this.#message;
    if (message === undefined) return from;
    const taken = Math.min(message.length - this.#filled, piece.length - from);
    piece.copy(message, this.#filled, from, from + taken);
    this.#filled += taken;
    if (this.#filled === message.length) {
      this.#message = undefined;
      this.#headBytes = 0;
      this.#deliver(message);
    }
    return from + taken;
  }

  #lengthOf(head: Buffer): number {
    if (head[0] !== 0) throw new PayerHubError("UNIMPLEMENTED", "reading a gRPC frame: it is compressed, it must not be");
    const length = head.readUInt32BE(1);
    if (length > this.#maxMessageBytes) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `reading a gRPC frame: it has ${length} bytes, at most ${this.#maxMessageBytes} are taken`,
      );
    }
    return length;
  }
}
