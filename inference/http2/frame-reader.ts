import { PayerHubError } from "../../runtime/error.ts";
import { FLAG, FRAME, FRAME_HEAD_BYTES, PREFACE } from "./frames.ts";
import type { FrameHead } from "./frames.ts";

/** Payload of a frame that is collected before it is read, in bytes; only DATA may be longer. */
const MAX_CONTROL_BYTES = 16_384;

export interface FrameSink {
  /** A whole frame that is no DATA. */
  control(head: FrameHead, payload: Buffer): void;
  /** The head of a DATA frame; its payload follows in pieces. */
  dataHead(head: FrameHead): void;
  /** A piece of that payload, without padding; `last` when the frame has ended with it. */
  dataPiece(head: FrameHead, piece: Buffer, last: boolean): void;
}

/**
 * Cuts a client's bytes into frames. DATA goes on in the pieces in which it arrives, without a copy; other frames are whole.
 * INVALID_ARGUMENT for a wrong preface and for a frame that is longer than was offered.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxDataBytes: number;
  #prefaceBytes = 0;
  /** Bytes of a head or of a control frame that is not whole yet. */
  #kept: Buffer = Buffer.alloc(0);
  #data: FrameHead | undefined;
  #dataLeft = 0;

  constructor(sink: FrameSink, maxDataBytes: number) {
    this.#sink = sink;
    this.#maxDataBytes = maxDataBytes;
  }

  get greeted(): boolean {
    return this.#prefaceBytes === PREFACE.length;
  }

  push(chunk: Buffer): void {
    let at = this.greeted ? 0 : this.#takePreface(chunk);
    let bytes = chunk;
    if (this.#kept.length > 0) {
      bytes = Buffer.concat([this.#kept, chunk.subarray(at)]);
      this.#kept = Buffer.alloc(0);
      at = 0;
    }
    while (at < bytes.length) {
      const next = this.#data === undefined ? this.#takeFrame(bytes, at) : this.#takeData(this.#data, bytes, at);
      if (next === at) break;
      at = next;
    }
    if (at < bytes.length) this.#kept = Buffer.from(bytes.subarray(at));
  }

  #takePreface(chunk: Buffer): number {
    const taken = Math.min(PREFACE.length - this.#prefaceBytes, chunk.length);
    const wanted = PREFACE.subarray(this.#prefaceBytes, this.#prefaceBytes + taken);
    if (!chunk.subarray(0, taken).equals(wanted)) throw broken("it does not begin with the preface");
    this.#prefaceBytes += taken;
    return taken;
  }

  #takeFrame(bytes: Buffer, at: number): number {
    if (bytes.length - at < FRAME_HEAD_BYTES) return at;
    const head: FrameHead = {
      length: bytes.readUIntBE(at, 3),
      type: bytes[at + 3] ?? 0,
      flags: bytes[at + 4] ?? 0,
      stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
    };
    const isData = head.type === FRAME.data;
    if (head.length > (isData ? this.#maxDataBytes : MAX_CONTROL_BYTES)) throw broken("a frame is too long");
    const start = at + FRAME_HEAD_BYTES;
    if (isData && (head.flags & FLAG.padded) === 0) {
      this.#sink.dataHead(head);
      if (head.length === 0) this.#sink.dataPiece(head, bytes.subarray(start, start), true);
      else [this.#data, this.#dataLeft] = [head, head.length];
      return start;
    }
    const end = start + head.length;
    if (end > bytes.length) return at;
    const payload = bytes.subarray(start, end);
    if (isData) this.#padded(head, payload);
    else this.#sink.control(head, payload);
    return end;
  }

  #padded(head: FrameHead, payload: Buffer): void {
    this.#sink.dataHead(head);
    this.#sink.dataPiece(head, withoutPadding(payload), true);
  }

  #takeData(head: FrameHead, bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#dataLeft);
    this.#dataLeft -= end - at;
    if (this.#dataLeft === 0) this.#data = undefined;
    this.#sink.dataPiece(head, bytes.subarray(at, end), this.#dataLeft === 0);
    return end;
  }
}

/** The payload of a frame with the flag `padded`. */
export function withoutPadding(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length) throw broken("a frame has only padding");
  return payload.subarray(1, payload.length - padding);
}

function broken(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading HTTP/2 frames: ${states}`);
}
