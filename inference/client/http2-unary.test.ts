import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, createServer } from "node:http2";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemWorld } from "../../runtime/world.ts";
import { encodeInferResponse } from "../wire/infer-response.ts";
import { isConnectionLoss } from "./failure.ts";
import { createInferChannel } from "./infer-channel.ts";
import type { InferChannel } from "./infer-channel.ts";

type Headers = Readonly<Record<string, unknown>>;
const GRPC = { ":status": 200, "content-type": "application/grpc" } as const;
const answerFrame = encodeInferResponse({ modelName: "m", modelVersion: "", id: "", parameters: {}, outputs: [], rawOutputContents: [] });
const request = Buffer.from([0, 0, 0, 0, 0]);

/** An HTTP/2 server that answers each stream as told; disposal ends all its connections. */
async function startHttp2(answer: (stream: ServerHttp2Stream, headers: Headers) => void, port = 0) {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    answer(stream, headers);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    sessions,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function portOf(server: Pick<Server, "address">): number {
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

function channelTo(port: number, connections = 1): InferChannel & Disposable {
  const options = { endpoint: `127.0.0.1:${port}`, connections, windowBytes: 1 << 20, maxMessageBytes: 1_000, metadata: { fixed: "a" } };
  const channel = createInferChannel({ ...options, world: systemWorld() });
  return { ...channel, [Symbol.dispose]: () => channel.close() };
}

const call = async (channel: InferChannel, options: { signal?: AbortSignal; deadlineMs?: number } = {}) =>
  await channel.call({
    pieces: [request],
    deadlineMs: options.deadlineMs ?? 5_000,
    metadata: { traceparent: "00-a-b-01" },
    signal: options.signal ?? new AbortController().signal,
    attempted: "calling",
  });

function reply(stream: ServerHttp2Stream, frames: Uint8Array, trailers: Readonly<Record<string, string>> = { "grpc-status": "0" }): void {
  stream.respond(GRPC, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(frames);
}

describe("answers that are no message", () => {
  const cases: readonly [string, string, RegExp, (stream: ServerHttp2Stream) => void][] = [
    [
      "a status in headers alone",
      "NOT_FOUND",
      /answered NOT_FOUND/,
      (stream) => stream.respond({ ...GRPC, "grpc-status": "5" }, { endStream: true }),
    ],
    ["a status in trailers", "FAILED_PRECONDITION", /answered/, (stream) => reply(stream, Buffer.alloc(0), { "grpc-status": "9" })],
    ["a status after a message", "INTERNAL", /answered/, (stream) => reply(stream, answerFrame, { "grpc-status": "13" })],
    ["a status that is no number", "UNKNOWN", /answered/, (stream) => reply(stream, answerFrame, { "grpc-status": "fine" })],
    ["a proxy's page", "UNAVAILABLE", /answered/, (stream) => stream.respond({ ":status": 503 }, { endStream: true })],
    [
      "a web server's page",
      "UNKNOWN",
      /answered/,
      (stream) => stream.respond({ ":status": 200, "content-type": "text/html" }, { endStream: true }),
    ],
    ["OK without a message", "INTERNAL", /answered INTERNAL/, (stream) => reply(stream, Buffer.alloc(0))],
    ["half a message", "INTERNAL", /answered INTERNAL/, (stream) => reply(stream, answerFrame.subarray(0, 6))],
    ["two messages", "INTERNAL", /two messages/, (stream) => reply(stream, Buffer.concat([answerFrame, answerFrame]))],
    ["a compressed message", "UNIMPLEMENTED", /compressed/, (stream) => reply(stream, Buffer.from([1, 0, 0, 0, 0]))],
    ["a message above the limit", "RESOURCE_EXHAUSTED", /at most 1000/, (stream) => reply(stream, Buffer.from([0, 0, 1, 0, 0]))],
    ["a reset", "INTERNAL", /answered/, (stream) => stream.close(constants.NGHTTP2_PROTOCOL_ERROR)],
    ["a refusal", "UNAVAILABLE", /answered/, (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
    [
      "an end without trailers",
      "INTERNAL",
      /answered/,
      (stream) => {
        stream.respond(GRPC);
        stream.end(answerFrame);
      },
    ],
  ];
  for (const [name, code, message, answer] of cases) {
    it(`${name}: ${code}`, async () => {
      await using server = await startHttp2(answer);
      using channel = channelTo(server.port);
      await assert.rejects(call(channel), { code, message });
    });
  }

  it("the server's text stays the cause, percent-decoded", async () => {
    await using server = await startHttp2((stream) =>
      reply(stream, Buffer.alloc(0), { "grpc-status": "3", "grpc-message": "50%25 of %C3%A9" }),
    );
    using channel = channelTo(server.port);
    await assert.rejects(call(channel), { cause: { code: 3, details: "50% of é", connectionLost: false } });
  });
});

describe("a server that cannot be reached", () => {
  it("nobody listens: UNAVAILABLE, at once during the pause, and found again when it is there", async () => {
    const probe = createTcpServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const port = portOf(probe);
    probe.close();
    await once(probe, "close");
    using channel = channelTo(port);
    for (let attempt = 0; attempt < 3; attempt += 1) await assert.rejects(call(channel), isConnectionLoss);
  });

  it("a server that accepts and says nothing: DEADLINE_EXCEEDED, then the silent connection is dropped", async () => {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => sockets.add(socket.on("error", () => {}).resume())).listen(0, "127.0.0.1");
    await once(server, "listening");
    using channel = channelTo(portOf(server));
    await assert.rejects(call(channel, { deadlineMs: 50 }), { code: "DEADLINE_EXCEEDED" });
    const [socket] = sockets;
    if (socket !== undefined && !socket.destroyed) await once(socket, "close");
    server.close();
  });

  it("a connection that breaks under calls fails them as lost, and the next call opens another", async () => {
    let broken = false;
    await using server = await startHttp2((stream) => {
      if (broken) return reply(stream, answerFrame);
      broken = true;
      stream.session?.socket.destroy();
    });
    using channel = channelTo(server.port);
    await assert.rejects(call(channel), isConnectionLoss);
    assert.equal((await call(channel)).length, answerFrame.length - 5);
  });

  it("a server that goes away lets calls in flight end and gets no new ones on that connection", async () => {
    let streams = 0;
    await using server = await startHttp2((stream) => {
      streams += 1;
      if (streams > 1) return reply(stream, answerFrame);
      stream.session?.goaway();
      void delay(50).then(() => reply(stream, answerFrame));
    });
    using channel = channelTo(server.port);
    await call(channel);
    await call(channel);
    assert.equal(server.sessions.size, 2);
  });
});

describe("calls that their caller ends", () => {
  it("cancel on the wire with the caller's reason, also before they begin and while the connection opens", async () => {
    const closed = Promise.withResolvers<number>();
    await using server = await startHttp2((stream) => stream.on("close", () => closed.resolve(stream.rstCode)));
    using channel = channelTo(server.port);
    const gone = new AbortController();
    const pending = call(channel, { signal: gone.signal });
    await delay(50);
    gone.abort();
    await assert.rejects(pending, { code: "CANCELLED" });
    assert.equal(await closed.promise, constants.NGHTTP2_CANCEL);
    await assert.rejects(call(channel, { signal: gone.signal }), { code: "CANCELLED" });
    await assert.rejects(call(channel, { deadlineMs: 0 }), { code: "DEADLINE_EXCEEDED" });
    using other = channelTo(server.port);
    await assert.rejects(call(other, { signal: AbortSignal.abort() }), { code: "CANCELLED" });
  });

  it("a closed channel takes no calls", async () => {
    await using server = await startHttp2((stream) => reply(stream, answerFrame));
    const channel = channelTo(server.port);
    await call(channel);
    channel.close();
    await assert.rejects(call(channel), { code: "FAILED_PRECONDITION" });
  });
});

describe("calls that succeed", () => {
  it("send the deadline, the metadata of client and call, and the request", async () => {
    const seen: { headers: Headers; body: Buffer }[] = [];
    await using server = await startHttp2((stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        seen.push({ headers, body: Buffer.concat(chunks) });
        reply(stream, answerFrame);
      });
    });
    using channel = channelTo(server.port);
    const message = await call(channel);
    assert.deepEqual(message, answerFrame.subarray(5));
    const [first] = seen;
    assert.deepEqual(first?.body, request);
    assert.deepEqual([first?.headers["te"], first?.headers["fixed"], first?.headers["traceparent"]], ["trailers", "a", "00-a-b-01"]);
    assert.match(String(first?.headers["grpc-timeout"]), /^[0-9]{4}m$/);
  });

  it("spread over the connections", async () => {
    await using server = await startHttp2((stream) => void delay(20).then(() => reply(stream, answerFrame)));
    using channel = channelTo(server.port, 2);
    await Promise.all([call(channel), call(channel), call(channel)]);
    assert.equal(server.sessions.size, 2);
  });
});
