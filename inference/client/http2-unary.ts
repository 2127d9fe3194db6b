import { constants } from "node:http2";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { CODES, PayerHubError } from "../../runtime/error.ts";
import { abortError } from "../../runtime/signals.ts";
import { FrameAssembler } from "../wire/frame.ts";
import { lostConnection, statusOfClose, statusOfHeaders, statusOfTrailers } from "./call-status.ts";
import type { CallStatus } from "./call-status.ts";
import { callFailure } from "./failure.ts";

/** Largest value that the `grpc-timeout` header can say in milliseconds: eight digits, about a day. */
const LARGEST_TIMEOUT_MS = 99_999_999;

export interface Http2UnaryCall {
  /** Pieces of the request's gRPC frame. */
  readonly pieces: readonly Uint8Array[];
  /** Header names and values, alternating, with the pseudo-headers. */
  readonly headers: readonly string[];
  /** Above 0. */
  readonly deadlineMs: number;
  readonly maxMessageBytes: number;
  readonly signal: AbortSignal;
  /** For the error's text. */
  readonly attempted: string;
  /** Called when the deadline passed without any byte of an answer. */
  readonly onSilence: (session: ClientHttp2Session) => void;
}

/**
 * One unary gRPC call on an open session: gives the response's message without its frame. Rejects with the code of the
 * server's status, DEADLINE_EXCEEDED, the signal's own reason, or UNAVAILABLE when the connection is lost.
 */
export async function http2Unary(session: ClientHttp2Session, call: Http2UnaryCall): Promise<Buffer> {
  const { attempted, signal } = call;
  if (signal.aborted) throw abortError(signal, attempted);
  return await new Promise<Buffer>((resolve, reject) => {
    const stream = openStream(session, call);
    let status: CallStatus | undefined;
    let message: Buffer | undefined;
    let heard = false;
    let settled = false;
    const settle = (error: PayerHubError | undefined, answer: Buffer | undefined) => {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (error !== undefined) {
        // Whatever is still on its way, either way, has no use any more; a stream that is closed ignores this.
        stream.close(constants.NGHTTP2_CANCEL);
        reject(error);
      } else if (answer !== undefined) resolve(answer);
    };
    const fail = (failed: CallStatus) => settle(callFailure(failed, attempted, signal), undefined);
    const finish = (ended: CallStatus) => {
      if (settled) return;
      if (ended.code !== 0) return fail(ended);
      if (message === undefined || !frames.whole)
        return fail({ ...ended, code: CODES.INTERNAL, details: "the answer has no whole message" });
      settle(undefined, message);
    };
    const frames = new FrameAssembler(call.maxMessageBytes, (next) => {
      if (message !== undefined) throw new PayerHubError("INTERNAL", `${attempted}: the answer has two messages, it must have one`);
      message = next;
    });
    const onAbort = () => settle(abortError(signal, attempted), undefined);
    const timer = setTimeout(() => {
      settle(new PayerHubError("DEADLINE_EXCEEDED", `${attempted}: the deadline passed before it completed`), undefined);
      if (!heard) call.onSilence(session);
    }, call.deadlineMs);
    signal.addEventListener("abort", onAbort, { once: true });
    stream.on("response", (headers) => {
      heard = true;
      status = statusOfTrailers(headers) ?? statusOfHeaders(headers);
    });
    stream.on("trailers", (trailers) => {
      status ??= statusOfTrailers(trailers);
    });
    stream.on("data", (piece: Buffer) => {
      try {
        frames.push(piece);
      } catch (error) {
        settle(PayerHubError.from(error, { attempted }), undefined);
      }
    });
    stream.on("end", () => {
      if (status !== undefined) finish(status);
    });
    // The close tells what became of the stream; without a listener the error would end the process.
    stream.on("error", () => {});
    stream.on("close", () => finish(status ?? statusOfClose(stream.rstCode, session.destroyed)));
    send(stream, call.pieces);
  });
}

function openStream(session: ClientHttp2Session, call: Http2UnaryCall): ClientHttp2Stream {
  const timeoutMs = Math.min(LARGEST_TIMEOUT_MS, Math.ceil(call.deadlineMs));
  try {
    return session.request([...call.headers, "grpc-timeout", `${timeoutMs}m`], { endStream: false });
  } catch {
    throw callFailure(lostConnection("the session takes no more streams"), call.attempted, call.signal);
  }
}

function send(stream: ClientHttp2Stream, pieces: readonly Uint8Array[]): void {
  if (pieces.length === 1) return void stream.end(pieces[0]);
  // Corked, so that all pieces go down in one call.
  stream.cork();
  for (const piece of pieces) stream.write(piece);
  stream.end();
  stream.uncork();
}
