import { PayerHubError } from "../../runtime/error.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Head of a gRPC frame: one byte that tells compression, four of length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export const FRAME_HEAD_BYTES = 5;

/**
 * Closes an uncompressed frame that is written backwards into a `WireWriter`, with large values left where they are. Written
 * one after the other, the pieces are the frame; there is only one when nothing is left out.
 */
export class FramePieces {
  readonly #writer: WireWriter;
  readonly #pieces: Uint8Array[] = [];
  #pieceEnd: number;
  #outsideBytes = 0;

  constructor(writer: WireWriter) {
    this.#writer = writer;
    this.#pieceEnd = writer.position;
  }

  /** Writes a field of bytes: a copy when it has fewer than `copyBelow`, else the memory itself as a piece. */
  bytes(tag: number, bytes: Uint8Array, copyBelow: number): void {
    const writer = this.#writer;
    if (bytes.byteLength < copyBelow) return writer.bytes(tag, bytes);
    this.#cut();
    this.#pieces.push(bytes);
    this.#outsideBytes += bytes.byteLength;
    writer.varint32(bytes.byteLength);
    writer.varint32(tag);
  }

  /** Writes the frame's head. Nothing may be written after this. */
  close(): Uint8Array[] {
    this.#writer.fixed32BigEndian(this.#writer.writtenBytes + this.#outsideBytes);
    this.#writer.byte(0);
    this.#cut();
    return this.#pieces.reverse();
  }

  #cut(): void {
    const { position } = this.#writer;
    if (position < this.#pieceEnd) this.#pieces.push(this.#writer.slice(position, this.#pieceEnd));
    this.#pieceEnd = position;
  }
}

/** The message of a frame that an encoder here gave; a view. */
export function messageOf(frame: Buffer): Buffer {
  return frame.subarray(FRAME_HEAD_BYTES);
}

/** Memory for a message of `length` bytes, of which `beginning` has come; the memory's content does not matter. */
export type MessageAllocator = (length: number, beginning: Buffer) => Buffer;

/**
 * Puts the frames of one direction of a call together out of the pieces that arrive. A message that arrives in one piece is a
 * view on it; else it is copied once, into a buffer of its announced length, which is allocated when its head has arrived
 * and is never larger than the limit.
 */
export class FrameAssembler {
  readonly #maxMessageBytes: number;
  readonly #deliver: (message: Buffer) => void;
  readonly #allocate: MessageAllocator;
  #head: Buffer | undefined;
  #headBytes = 0;
  #message: Buffer | undefined;
  #filled = 0;

  /** `deliver` takes each message as soon as it is whole; `allocate` gives the memory of one that comes in several pieces. */
  constructor(maxMessageBytes: number, deliver: (message: Buffer) => void, allocate: MessageAllocator = Buffer.allocUnsafe) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#deliver = deliver;
    this.#allocate = allocate;
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
    // Most heads arrive in one piece, and most messages with them.
    if (this.#headBytes === 0 && piece.length - from >= FRAME_HEAD_BYTES) return this.#begin(piece, from, from + FRAME_HEAD_BYTES);
    this.#head ??= Buffer.alloc(FRAME_HEAD_BYTES);
    const taken = Math.min(FRAME_HEAD_BYTES - this.#headBytes, piece.length - from);
    piece.copy(this.#head, this.#headBytes, from, from + taken);
    this.#headBytes += taken;
    return this.#headBytes < FRAME_HEAD_BYTES ? from + taken : this.#begin(piece, from + taken, from + taken, this.#head);
  }

  /** Begins the message whose head stands at `headAt` of `head`; its content starts at `at` of `piece`. */
  #begin(piece: Buffer, headAt: number, at: number, head: Buffer = piece): number {
    const length = this.#lengthOf(head, head === piece ? headAt : 0);
    this.#headBytes = 0;
    if (length <= piece.length - at) {
      this.#deliver(piece.subarray(at, at + length));
      return at + length;
    }
    this.#headBytes = FRAME_HEAD_BYTES;
    this.#message = this.#allocate(length, piece.subarray(at));
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

  #lengthOf(head: Buffer, at: number): number {
    if (head[at] !== 0) throw new PayerHubError("UNIMPLEMENTED", "reading a gRPC frame: it is compressed, it must not be");
    const length = head.readUInt32BE(at + 1);
    if (length > this.#maxMessageBytes) {
      throw new PayerHubError(
        "RESOURCE_EXHAUSTED",
        `reading a gRPC frame: it has ${length} bytes, at most ${this.#maxMessageBytes} are taken`,
      );
    }
    return length;
  }
}
