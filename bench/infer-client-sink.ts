import type { Socket } from "node:net";

const FRAME_HEAD = 9;
const PREFACE_BYTES = 24;
/** Payload of a DATA frame, in bytes: the protocol's default, which every client takes. */
const DATA_BYTES = 16_384;
/** Window that the sink opens, in bytes: so large that no client ever waits for it. */
const OPEN_WINDOW = 2 ** 31 - 1;
/** Received bytes after which the connection's window is opened again. */
const REOPEN_BYTES = 2 ** 28;
const DEFAULT_WINDOW = 65_535;
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8, continuation: 9 } as const;
const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** `:status 200`, `content-type: application/grpc`; no dynamic table, no Huffman code. */
const RESPONSE_HEADERS = Buffer.concat([Buffer.from([0x88, 0x0f, 0x10, 16]), Buffer.from("application/grpc")]);
/** `grpc-status: 0`. */
const TRAILERS = Buffer.concat([Buffer.from([0x00, 11]), Buffer.from("grpc-status"), Buffer.from([1]), Buffer.from("0")]);

interface Reply {
  readonly stream: number;
  readonly body: Buffer;
  sent: number;
}

interface Connection {
  readonly socket: Socket;
  /** gRPC frames to answer with, one a size. */
  readonly answers: readonly Buffer[];
  /** Request bytes by open stream. */
  readonly received: Map<number, number>;
  /** How far the client's window of a stream differs from its initial one, in bytes. */
  readonly windowChange: Map<number, number>;
  readonly pending: Reply[];
  initialWindow: number;
  window: number;
  toReopen: number;
}

/**
 * Serves HTTP/2 on a socket with the least that gRPC clients accept: it reads only the heads of frames, never a header or a
 * message, and answers each finished request with the answer nearest to its size, from memory that is written once.
 */
export function serveSink(socket: Socket, answers: readonly Buffer[]): void {
  const connection: Connection = {
    socket,
    answers,
    received: new Map(),
    windowChange: new Map(),
    pending: [],
    initialWindow: DEFAULT_WINDOW,
    window: DEFAULT_WINDOW,
    toReopen: 0,
  };
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(3, 0);
  settings.writeUInt32BE(100_000, 2);
  settings.writeUInt16BE(4, 6);
  settings.writeUInt32BE(OPEN_WINDOW, 8);
  socket.write(frame({ type: TYPE.settings, flags: 0, stream: 0 }, settings));
  socket.write(windowUpdate(OPEN_WINDOW - DEFAULT_WINDOW));
  socket.on("error", () => socket.destroy());
  socket.on(
    "data",
    createFrameReader((head, payload) => take(connection, head, payload), connection),
  );
}

interface Head {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

/** Cuts frames out of pieces; payloads of control frames are collected, those of others skipped. */
function createFrameReader(deliver: (head: Head & { readonly length: number }, payload: Buffer) => void, connection: Connection) {
  let kept: Buffer = Buffer.alloc(0);
  let toSkip = PREFACE_BYTES;
  return (piece: Buffer) => {
    const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
    let at = Math.min(toSkip, bytes.length);
    toSkip -= at;
    connection.socket.cork();
    while (toSkip === 0 && bytes.length - at >= FRAME_HEAD) {
      const length = bytes.readUIntBE(at, 3);
      const head = { length, type: bytes[at + 3] ?? 0, flags: bytes[at + 4] ?? 0, stream: bytes.readUInt32BE(at + 5) };
      const skipped = head.type === TYPE.data || head.type === TYPE.headers || head.type === TYPE.continuation;
      if (!skipped && bytes.length - at < FRAME_HEAD + length) break;
      const end = Math.min(bytes.length, at + FRAME_HEAD + length);
      deliver(head, bytes.subarray(at + FRAME_HEAD, end));
      toSkip = at + FRAME_HEAD + length - end;
      at = end;
    }
    kept = bytes.subarray(at);
    pump(connection);
    connection.socket.uncork();
  };
}

function take(connection: Connection, head: Head & { readonly length: number }, payload: Buffer): void {
  const { socket, received } = connection;
  if (head.type === TYPE.data) {
    received.set(head.stream, (received.get(head.stream) ?? 0) + head.length);
    reopen(connection, head.length);
  } else if (head.type === TYPE.headers) received.set(head.stream, 0);
  else if (head.type === TYPE.settings && (head.flags & FLAG.ack) === 0) takeSettings(connection, payload);
  else if (head.type === TYPE.ping && (head.flags & FLAG.ack) === 0) socket.write(frame({ ...head, flags: FLAG.ack }, payload));
  else if (head.type === TYPE.windowUpdate) grow(connection, head.stream, payload.readUInt32BE(0));
  else if (head.type === TYPE.reset) forget(connection, head.stream);
  const mayEnd = head.type === TYPE.data || head.type === TYPE.headers;
  if (mayEnd && (head.flags & FLAG.endStream) !== 0) answer(connection, head.stream);
}

function takeSettings(connection: Connection, payload: Buffer): void {
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    if (payload.readUInt16BE(at) === 4) connection.initialWindow = payload.readUInt32BE(at + 2);
  }
  connection.socket.write(frame({ type: TYPE.settings, flags: FLAG.ack, stream: 0 }, Buffer.alloc(0)));
}

function grow(connection: Connection, stream: number, bytes: number): void {
  if (stream === 0) connection.window += bytes;
  else connection.windowChange.set(stream, (connection.windowChange.get(stream) ?? 0) + bytes);
}

function forget(connection: Connection, stream: number): void {
  connection.received.delete(stream);
  connection.windowChange.delete(stream);
  const at = connection.pending.findIndex((reply) => reply.stream === stream);
  if (at >= 0) connection.pending.splice(at, 1);
}

function reopen(connection: Connection, bytes: number): void {
  connection.toReopen += bytes;
  if (connection.toReopen < REOPEN_BYTES) return;
  connection.socket.write(windowUpdate(connection.toReopen));
  connection.toReopen = 0;
}

function answer(connection: Connection, stream: number): void {
  const asked = connection.received.get(stream) ?? 0;
  const distance = (body: Buffer) => Math.abs(body.length - asked);
  const body = connection.answers.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
  connection.socket.write(frame({ type: TYPE.headers, flags: FLAG.endHeaders, stream }, RESPONSE_HEADERS));
  connection.pending.push({ stream, body, sent: 0 });
}

/** Sends what the client's windows allow, oldest answer first. */
function pump(connection: Connection): void {
  const { pending, socket } = connection;
  for (let at = 0; at < pending.length && connection.window > 0; ) {
    const reply = pending[at];
    if (reply === undefined) return;
    sendBody(connection, reply);
    if (reply.sent < reply.body.length) {
      at += 1;
      continue;
    }
    socket.write(frame({ type: TYPE.headers, flags: FLAG.endHeaders | FLAG.endStream, stream: reply.stream }, TRAILERS));
    pending.splice(at, 1);
    forget(connection, reply.stream);
  }
}

function sendBody(connection: Connection, reply: Reply): void {
  const change = connection.windowChange.get(reply.stream) ?? 0;
  let left = Math.min(connection.window, connection.initialWindow + change, reply.body.length - reply.sent);
  connection.window -= Math.max(0, left);
  connection.windowChange.set(reply.stream, change - Math.max(0, left));
  while (left > 0) {
    const length = Math.min(left, DATA_BYTES);
    const payload = reply.body.subarray(reply.sent, reply.sent + length);
    connection.socket.write(frameHead({ type: TYPE.data, flags: 0, stream: reply.stream }, length));
    connection.socket.write(payload);
    reply.sent += length;
    left -= length;
  }
}

function frameHead({ type, flags, stream }: Head, length: number): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  head.writeUIntBE(length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return head;
}

function frame(head: Head, payload: Uint8Array): Buffer {
  return Buffer.concat([frameHead(head, payload.byteLength), payload]);
}

function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes, 0);
  return frame({ type: TYPE.windowUpdate, flags: 0, stream: 0 }, payload);
}
