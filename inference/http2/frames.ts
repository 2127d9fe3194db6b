/** Bytes before each frame's payload (RFC 9113, section 4.1). */
export const FRAME_HEAD_BYTES = 9;
/** What a client sends first. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** Windows and frames before settings say otherwise, in bytes. */
export const DEFAULT_WINDOW_BYTES = 65_535;
export const DEFAULT_FRAME_BYTES = 16_384;
export const MAX_WINDOW_BYTES = 2 ** 31 - 1;

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const SETTING = { headerTable: 1, enablePush: 2, maxStreams: 3, initialWindow: 4, maxFrame: 5, maxHeaderList: 6 } as const;

/** Why a stream or a connection ends (RFC 9113, section 7). */
export const REASON = { noError: 0, protocolError: 1, refusedStream: 7, cancel: 8, enhanceYourCalm: 11 } as const;

export interface FrameHead {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

/** Writes a frame's head and gives where its payload starts. */
export function writeHead(into: Buffer, at: number, head: FrameHead): number {
  into.writeUIntBE(head.length, at, 3);
  into[at + 3] = head.type;
  into[at + 4] = head.flags;
  return into.writeUInt32BE(head.stream, at + 5);
}

export function frame(head: Omit<FrameHead, "length">, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.byteLength);
  bytes.set(payload, writeHead(bytes, 0, { ...head, length: payload.byteLength }));
  return bytes;
}

/** A frame whose payload is one number of four bytes: RST_STREAM and WINDOW_UPDATE. */
export function numberFrame(type: number, stream: number, value: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(value);
  return frame({ type, flags: 0, stream }, payload);
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.allocUnsafe(settings.length * 6);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame({ type: FRAME.settings, flags: 0, stream: 0 }, payload);
}

export function goAwayFrame(lastStream: number, reason: number): Buffer {
  const payload = Buffer.allocUnsafe(8);
  payload.writeUInt32BE(lastStream, 0);
  payload.writeUInt32BE(reason, 4);
  return frame({ type: FRAME.goAway, flags: 0, stream: 0 }, payload);
}
