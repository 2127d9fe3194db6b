import { createServer } from "node:http2";
import { z } from "zod";

// The bare HTTP/2 sink: reads each request to its end and answers the same bytes every time, with Node's own HTTP/2 and
// nothing above it. What a server in Node could reach if it did nothing.

const WINDOW_BYTES = 4 * 1024 * 1024;

process.once("message", (message) => {
  const { body } = z.object({ body: z.string() }).parse(message);
  serve(Buffer.from(body, "base64"));
});

function serve(answer: Buffer): void {
  const server = createServer({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1_024 }, maxSessionMemory: 1_024 });
  server.on("session", (session) => session.setLocalWindowSize(8 * WINDOW_BYTES));
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.on("data", () => {});
    stream.on("end", () => {
      if (stream.destroyed) return;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(answer);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
  });
}
