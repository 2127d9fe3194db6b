import type { Socket } from "node:net";

const FRAME_HEAD = 9;
/** Payload of a DATA frame, in bytes: the protocol's default, which every server takes. */
const DATA_BYTES = 16_384;
const OPEN_WINDOW = 2 ** 31 - 1;
const DEFAULT_WINDOW = 65_535;
/** Received bytes after which the connection's window is opened again. */
const REOPEN_BYTES = 2 ** 26;
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;
const SETTING = { headerTable: 1, push: 2, initialWindow: 4, maxFrame: 5 } as const;

/** What every call of one load sends. */
export interface LoadRequest {
  readonly path: string;
  /** A whole gRPC frame. */
  readonly frame: Buffer;
}

/** One call that ended. */
export interface EndedCall {
  /** Message bytes of the answer with gRPC's head; 0 when it was an error. */
  readonly responseBytes: number;
  readonly startedMs: number;
}

/** A call's bytes, written once and sent again and again with another stream number. */
interface Slot {
  readonly bytes: Buffer;
  /** Where each frame starts, and the end. */
  readonly bounds: readonly number[];
  stream: number;
  sentFrames: number;
  window: number;
  received: number;
  startedMs: number;
}

/**
 * Makes gRPC calls on one socket with the least work that HTTP/2 allows: requests are written once, answers are counted and
 * not decoded. So the server is the limit, not this.
 */
export class H2Load {
  readonly #socket: Socket;
  readonly #ended: (call: EndedCall) => void;
  readonly #free: Slot[] = [];
  readonly #open = new Map<number, Slot>();
  readonly #sending: Slot[] = [];
  #nextStream = 1;
  #initialWindow = DEFAULT_WINDOW;
  #window = DEFAULT_WINDOW;
  #toReopen = 0;
  #kept: Buffer = Buffer.alloc(0);
  #skip = 0;
  /** Message bytes of the first answer. */
  sample: Buffer[] = [];
  #sampled = false;

  /** `slots` is the most calls in flight. */
  constructor(socket: Socket, request: LoadRequest, options: { readonly slots: number; readonly ended: (call: EndedCall) => void }) {
    this.#socket = socket;
    this.#ended = options.ended;
    for (let index = 0; index < options.slots; index += 1) this.#free.push(createSlot(request));
    socket.setNoDelay(true);
    socket.write(preface());
    socket.on("data", (piece: Buffer) => this.#receive(piece));
  }

  get inFlight(): number {
    return this.#open.size;
  }

  /** Begins a call; false when every slot is taken. */
  begin(): boolean {
    const slot = this.#free.pop();
    if (slot === undefined) return false;
    slot.stream = this.#nextStream;
    this.#nextStream += 2;
    for (const bound of slot.bounds.slice(0, -1)) slot.bytes.writeUInt32BE(slot.stream, bound + 5);
    slot.sentFrames = 0;
    slot.window = this.#initialWindow;
    slot.received = 0;
    slot.startedMs = performance.now();
    this.#open.set(slot.stream, slot);
    this.#sending.push(slot);
    return true;
  }

  /** Writes what the server's windows allow. */
  flush(): void {
    this.#socket.cork();
    while (this.#sending.length > 0) {
      const [slot] = this.#sending;
      if (slot === undefined || !this.#send(slot)) break;
      this.#sending.shift();
    }
    this.#socket.uncork();
  }

  /** False when the windows are full before the call's last frame. */
  #send(slot: Slot): boolean {
    const from = slot.bounds[slot.sentFrames] ?? 0;
    let to = from;
    while (slot.sentFrames < slot.bounds.length - 1) {
      const end = slot.bounds[slot.sentFrames + 1] ?? 0;
      const payload = slot.sentFrames === 0 ? 0 : end - to - FRAME_HEAD;
      if (payload > this.#window || payload > slot.window) break;
      this.#window -= payload;
      slot.window -= payload;
      slot.sentFrames += 1;
      to = end;
    }
    if (to > from) this.#socket.write(slot.bytes.subarray(from, to));
    return slot.sentFrames === slot.bounds.length - 1;
  }

  #receive(piece: Buffer): void {
    const bytes = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    let at = 0;
    if (this.#skip > 0) {
      at = Math.min(this.#skip, bytes.length);
      if (!this.#sampled) this.sample.push(Buffer.from(bytes.subarray(0, at)));
      this.#skip -= at;
    }
    while (bytes.length - at >= FRAME_HEAD) {
      const length = bytes.readUIntBE(at, 3);
      const type = bytes[at + 3] ?? 0;
      const end = at + FRAME_HEAD + length;
      // Tensors are counted by the frame's head; all other frames are small.
      if (type !== TYPE.data && end > bytes.length) break;
      this.#take({ type, flags: bytes[at + 4] ?? 0, stream: bytes.readUInt32BE(at + 5), length }, bytes.subarray(at + FRAME_HEAD, end));
      this.#skip = Math.max(0, end - bytes.length);
      at = Math.min(end, bytes.length);
    }
    this.#kept = bytes.subarray(at);
    this.flush();
  }

  #take(head: { readonly type: number; readonly flags: number; readonly stream: number; readonly length: number }, payload: Buffer): void {
    const { type, flags, stream, length } = head;
    const slot = this.#open.get(stream);
    if (type === TYPE.data) this.#takeData(slot, length, payload);
    else if (type === TYPE.windowUpdate) this.#grow(slot, stream, payload.readUInt32BE(0));
    else if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.#takeSettings(payload);
    else if (type === TYPE.ping && (flags & FLAG.ack) === 0) this.#socket.write(frame({ type, flags: FLAG.ack, stream: 0 }, payload));
    else if (type === TYPE.goAway) throw new Error("load a server failed: it ended the connection, it must stay");
    const ended = type === TYPE.reset || ((type === TYPE.data || type === TYPE.headers) && (flags & FLAG.endStream) !== 0);
    if (ended && slot !== undefined) this.#end(slot);
  }

  #takeData(slot: Slot | undefined, length: number, payload: Buffer): void {
    if (slot !== undefined) slot.received += length;
    if (!this.#sampled) this.sample.push(Buffer.from(payload));
    this.#toReopen += length;
    if (this.#toReopen < REOPEN_BYTES) return;
    this.#socket.write(windowUpdate(this.#toReopen));
    this.#toReopen = 0;
  }

  #takeSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== SETTING.initialWindow) continue;
      const initial = payload.readUInt32BE(at + 2);
      for (const slot of this.#open.values()) slot.window += initial - this.#initialWindow;
      this.#initialWindow = initial;
    }
    this.#socket.write(frame({ type: TYPE.settings, flags: FLAG.ack, stream: 0 }, Buffer.alloc(0)));
  }

  #grow(slot: Slot | undefined, stream: number, bytes: number): void {
    if (stream === 0) this.#window += bytes;
    else if (slot !== undefined) slot.window += bytes;
  }

  #end(slot: Slot): void {
    this.#open.delete(slot.stream);
    const at = this.#sending.indexOf(slot);
    if (at >= 0) this.#sending.splice(at, 1);
    this.#free.push(slot);
    this.#sampled = true;
    this.#ended({ responseBytes: slot.received, startedMs: slot.startedMs });
  }
}

function createSlot({ path, frame: message }: LoadRequest): Slot {
  const frames = [frame({ type: TYPE.headers, flags: FLAG.endHeaders, stream: 0 }, headerBlock(path))];
  for (let at = 0; at < message.length; at += DATA_BYTES) {
    const last = at + DATA_BYTES >= message.length;
    frames.push(frame({ type: TYPE.data, flags: last ? FLAG.endStream : 0, stream: 0 }, message.subarray(at, at + DATA_BYTES)));
  }
  const bounds = [0];
  for (const { length } of frames) bounds.push((bounds.at(-1) ?? 0) + length);
  return { bytes: Buffer.concat(frames), bounds, stream: 0, sentFrames: 0, window: 0, received: 0, startedMs: 0 };
}

/** Literal headers without the dynamic table and without Huffman code, so that they are the same for every call. */
function headerBlock(path: string): Buffer {
  const text = (value: string) => {
    // One byte of length holds 126 at most; the rest of longer ones would follow.
    if (value.length > 126) throw new Error(`load a server failed: header "${value}" is too long, it may have 126 characters`);
    return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  };
  const literal = (name: string, value: string) => Buffer.concat([Buffer.from([0x00]), text(name), text(value)]);
  return Buffer.concat([
    // :method POST and :scheme http, from HPACK's static table.
    Buffer.from([0x83, 0x86]),
    literal(":path", path),
    literal(":authority", "localhost"),
    literal("te", "trailers"),
    literal("content-type", "application/grpc"),
  ]);
}

function preface(): Buffer {
  const settings = Buffer.alloc(24);
  const values = [
    [SETTING.headerTable, 0],
    [SETTING.push, 0],
    [SETTING.initialWindow, OPEN_WINDOW],
    [SETTING.maxFrame, 2 ** 20],
  ] as const;
  for (const [index, [id, value]] of values.entries()) {
    settings.writeUInt16BE(id, index * 6);
    settings.writeUInt32BE(value, index * 6 + 2);
  }
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    frame({ type: TYPE.settings, flags: 0, stream: 0 }, settings),
    windowUpdate(OPEN_WINDOW - DEFAULT_WINDOW),
  ]);
}

function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame({ type: TYPE.windowUpdate, flags: 0, stream: 0 }, payload);
}

function frame(head: { readonly type: number; readonly flags: number; readonly stream: number }, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = head.type;
  bytes[4] = head.flags;
  bytes.writeUInt32BE(head.stream, 5);
  payload.copy(bytes, FRAME_HEAD);
  return bytes;
}
