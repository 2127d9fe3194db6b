import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FRAME, frame, numberFrame, PREFACE, settingsFrame } from "./frames.ts";
import { encodeHeaders } from "./hpack-encoder.ts";
import { startHttp2Server } from "./server.ts";
import type { Http2Server } from "./server.ts";
import type { ServerStream } from "./server-stream.ts";

const LIMITS = {
  maxStreams: 8,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
  maxFrameBytes: 64 * 1024,
  maxHeaderBytes: 4_096,
  controlBurst: 100,
  controlPerSecond: 1,
};
const OK = encodeHeaders([[":status", "200"]]);
const DONE = encodeHeaders([["x-done", "1"]]);

/** Gives each request's body back, and ends. */
function echo(stream: ServerStream): void {
  const pieces: Buffer[] = [];
  stream.attach({
    data: (piece) => pieces.push(Buffer.from(piece)),
    ended: () => {
      stream.respond(OK);
      stream.write(pieces);
      stream.finish(DONE);
    },
    closed: () => {},
  });
}

async function withServer(onStream: (stream: ServerStream) => void, work: (server: Http2Server) => Promise<void>): Promise<void> {
  const options = { host: "127.0.0.1", port: 0, maxConnections: 16, limits: LIMITS, monotonicMs: () => performance.now(), onStream };
  const server = await startHttp2Server(options);
  try {
    await work(server);
  } finally {
    await server.close(1_000);
  }
}

async function post(session: ClientHttp2Session, body: Buffer): Promise<Buffer> {
  const request = session.request({ ":method": "POST", ":path": "/echo" });
  request.end(body);
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What a server sends to a client that begins with these bytes, until it ends the connection. */
async function rawAnswer(server: Http2Server, bytes: Buffer): Promise<Buffer> {
  const socket = connect(server.port, "127.0.0.1");
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(pieces);
}

function goAwayReason(answer: Buffer): number | undefined {
  for (let at = 0; at + 9 <= answer.length; at += 9 + answer.readUIntBE(at, 3)) {
    if (answer[at + 3] === FRAME.goAway) return answer.readUInt32BE(at + 13);
  }
  return undefined;
}

describe("startHttp2Server", () => {
  it("answers Node's client: empty, small and large bodies, side by side, beyond every window", async () => {
    await withServer(echo, async (server) => {
      const session = connectHttp2(`http://127.0.0.1:${server.port}`);
      const bodies = [0, 1, 100, 70_000, 300_000, 2_000_000].map((size, seed) => Buffer.alloc(size, `${seed}body`));
      const answers = await Promise.all(bodies.map(async (body) => await post(session, body)));
      for (const [index, body] of bodies.entries()) assert.ok(answers[index]?.equals(body));
      // Once more: header tables and windows go on.
      for (const body of bodies) assert.ok((await post(session, body)).equals(body));
      session.close();
      await once(session, "close");
    });
  });

  it("hands small pieces on when the client sends byte by byte", async () => {
    await withServer(echo, async (server) => {
      const headers = frame({ type: FRAME.headers, flags: 4, stream: 1 }, Buffer.concat([Buffer.from([0x83, 0x86, 0x84])]));
      const data = frame({ type: FRAME.data, flags: 1, stream: 1 }, Buffer.from("hello"));
      const socket = connect(server.port, "127.0.0.1");
      const pieces: Buffer[] = [];
      socket.on("data", (piece) => pieces.push(piece));
      for (const byte of Buffer.concat([PREFACE, settingsFrame([]), headers, data])) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      while (!Buffer.concat(pieces).includes("hello")) await delay(5);
      socket.destroy();
    });
  });
});

describe("a stream", () => {
  it("holds what comes while it is paused, and no more than its window", async () => {
    let stream: ServerStream | undefined;
    let received = 0;
    const slow = (opened: ServerStream) => {
      stream = opened;
      opened.attach({ data: (piece) => void (received += piece.length), ended: () => opened.respond(OK, true), closed: () => {} });
      opened.pause();
    };
    await withServer(slow, async (server) => {
      const session = connectHttp2(`http://127.0.0.1:${server.port}`);
      const answered = post(session, Buffer.alloc(1_000_000));
      await delay(100);
      assert.equal(received, 0);
      stream?.resume();
      await answered;
      assert.equal(received, 1_000_000);
      session.close();
    });
  });

  it("beyond the limit is refused", async () => {
    await withServer(
      (stream) => stream.attach({ data: () => {}, ended: () => {}, closed: () => {} }),
      async (server) => {
        const headers = (id: number) => frame({ type: FRAME.headers, flags: 4, stream: id }, Buffer.from([0x83, 0x86, 0x84]));
        const socket = connect(server.port, "127.0.0.1");
        const pieces: Buffer[] = [];
        socket.on("data", (piece) => pieces.push(piece));
        socket.write(
          Buffer.concat([
            PREFACE,
            settingsFrame([]),
            ...Array.from({ length: LIMITS.maxStreams + 1 }, (_, index) => headers(2 * index + 1)),
          ]),
        );
        const refusal = numberFrame(FRAME.reset, 2 * LIMITS.maxStreams + 1, 7);
        while (!Buffer.concat(pieces).includes(refusal)) await delay(5);
        socket.destroy();
      },
    );
  });

  it("tells its handler when the client goes away", async () => {
    const closed: boolean[] = [];
    await withServer(
      (stream) => stream.attach({ data: () => {}, ended: () => {}, closed: (reset) => void closed.push(reset) }),
      async (server) => {
        const session = connectHttp2(`http://127.0.0.1:${server.port}`);
        session.on("error", () => {});
        await once(session, "remoteSettings");
        const requests = Array.from({ length: LIMITS.maxStreams }, () => session.request({ ":method": "POST" }));
        for (const request of requests) request.on("error", () => {});
        while (closed.length === 0) {
          await delay(5);
          requests[0]?.close(8);
        }
        assert.deepEqual(closed, [true]);
        session.destroy();
        while (closed.length < LIMITS.maxStreams) await delay(5);
      },
    );
  });
});

describe("a server that closes", () => {
  it("ends after the calls in flight, and at the deadline without them", async () => {
    const streams: ServerStream[] = [];
    const resets: boolean[] = [];
    const held = (stream: ServerStream) => {
      stream.attach({ data: () => {}, ended: () => {}, closed: (reset) => void resets.push(reset) });
      streams.push(stream);
    };
    await withServer(held, async (server) => {
      const session = connectHttp2(`http://127.0.0.1:${server.port}`);
      session.on("error", () => {});
      const answered = post(session, Buffer.from("x"));
      while (streams.length === 0) await delay(5);
      const closing = server.close(5_000);
      streams[0]?.respond(OK, true);
      await Promise.all([answered, closing]);
    });
    await withServer(held, async (server) => {
      const session = connectHttp2(`http://127.0.0.1:${server.port}`);
      session.on("error", () => {});
      const ended = post(session, Buffer.from("x")).catch(() => undefined);
      while (streams.length === 1) await delay(5);
      await server.close(50);
      await ended;
      assert.deepEqual(resets, [false, true]);
    });
  });
});

describe("a client that breaks the protocol is sent away", () => {
  const headers = (stream: number, flags = 4) => frame({ type: FRAME.headers, flags, stream }, Buffer.from([0x83, 0x86, 0x84]));
  const greeted = (...frames: readonly Uint8Array[]) => Buffer.concat([PREFACE, settingsFrame([]), ...frames]);
  const repeat = (bytes: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => bytes));
  for (const [what, bytes, reason] of [
    ["no preface", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 1],
    ["an even stream", greeted(headers(2)), 1],
    ["data without a stream", greeted(frame({ type: FRAME.data, flags: 0, stream: 1 }, Buffer.from("x"))), 1],
    ["data after their end", greeted(headers(1, 5), frame({ type: FRAME.data, flags: 0, stream: 1 }, Buffer.from("x"))), 1],
    ["a frame that is too long", greeted(frame({ type: FRAME.ping, flags: 0, stream: 0 }, Buffer.alloc(20_000))), 1],
    ["a header block that is no such", greeted(frame({ type: FRAME.headers, flags: 4, stream: 1 }, Buffer.from([0xff, 0xff]))), 1],
    ["a header block that is interrupted", greeted(headers(1, 0), frame({ type: FRAME.ping, flags: 0, stream: 0 }, Buffer.alloc(8))), 1],
    [
      "headers without end",
      greeted(headers(1, 0), repeat(frame({ type: FRAME.continuation, flags: 0, stream: 1 }, Buffer.alloc(4_000)), 3)),
      11,
    ],
    ["a window that grows too far", greeted(repeat(numberFrame(FRAME.windowUpdate, 0, 2 ** 31 - 1), 2)), 1],
    ["a window that grows by nothing", greeted(numberFrame(FRAME.windowUpdate, 0, 0)), 1],
    ["a push", greeted(frame({ type: FRAME.pushPromise, flags: 4, stream: 1 }, Buffer.alloc(8))), 1],
    ["settings of a wrong length", greeted(frame({ type: FRAME.settings, flags: 0, stream: 0 }, Buffer.alloc(5))), 1],
    ["only padding", greeted(headers(1), frame({ type: FRAME.data, flags: 8, stream: 1 }, Buffer.from([9, 0]))), 1],
    ["pings without end", greeted(repeat(frame({ type: FRAME.ping, flags: 0, stream: 0 }, Buffer.alloc(8)), 200)), 11],
    ["empty data without end", greeted(headers(1), repeat(frame({ type: FRAME.data, flags: 0, stream: 1 }, Buffer.alloc(0)), 200)), 11],
    [
      "calls that it resets at once",
      greeted(
        ...Array.from({ length: 200 }, (_, index) => Buffer.concat([headers(2 * index + 1), numberFrame(FRAME.reset, 2 * index + 1, 8)])),
      ),
      11,
    ],
  ] as const) {
    it(what, async () => {
      await withServer(echo, async (server) => {
        assert.equal(goAwayReason(await rawAnswer(server, bytes)), reason);
        const session = connectHttp2(`http://127.0.0.1:${server.port}`);
        assert.equal((await post(session, Buffer.from("still here"))).toString(), "still here");
        session.close();
      });
    });
  }

  it("more data than the window", async () => {
    const flood = Array.from({ length: 10 }, () => frame({ type: FRAME.data, flags: 0, stream: 1 }, Buffer.alloc(60_000)));
    const never = (stream: ServerStream) => {
      stream.attach({ data: () => {}, ended: () => {}, closed: () => {} });
      stream.pause();
    };
    await withServer(never, async (server) => {
      assert.equal(goAwayReason(await rawAnswer(server, greeted(headers(1), ...flood))), 1);
    });
  });
});
