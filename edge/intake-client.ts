import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { type ClientWritableStream, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  type GetDocumentStatusResponse,
  IntakeServiceClient,
  type SubmitDocumentRequest,
  type SubmitDocumentResponse,
} from "../proto/intake/v1/intake.pb.ts";
import { CODES, type Code, PayerHubError } from "../runtime/error.ts";
import { abortError } from "../runtime/signals.ts";

/** Bytes of a chunk: large enough for full speed, a quarter of what the protocol allows. */
const CHUNK_BYTES = 256 * 1024;

/** Longest call when the caller sets none, in milliseconds. */
const DEFAULT_DEADLINE_MS = 600_000;

export interface IntakeClientOptions {
  /** `host:port` of the gateway's gRPC port. */
  readonly address: string;
  /** Bearer token, asked for before every call, so that the caller can renew it. */
  readonly token: () => string | Promise<string>;
  /** PEM certificate authority for TLS; without it the connection is plain, for loopback and tests. */
  readonly rootCertificate?: Uint8Array;
  readonly deadlineMs?: number;
}

export interface SubmitOptions {
  readonly contentType?: string;
  readonly sender?: string;
  readonly caseId?: string;
  readonly signal?: AbortSignal;
  /** Called after each chunk that was handed to the connection. */
  readonly onProgress?: (progress: { readonly sentBytes: number; readonly totalBytes: number | undefined }) => void;
}

/** Submits documents to a gateway and asks for their state. */
export interface IntakeClient {
  submitFile(path: string, options?: SubmitOptions): Promise<SubmitDocumentResponse>;
  /** `totalBytes` is only for progress. The stream is read at the pace of the connection. */
  submitStream(
    document: { readonly fileName: string; readonly chunks: AsyncIterable<Uint8Array>; readonly totalBytes?: number },
    options?: SubmitOptions,
  ): Promise<SubmitDocumentResponse>;
  /** Throws NOT_FOUND for a document that the token's tenant never submitted. */
  status(documentId: string, options?: { readonly signal?: AbortSignal }): Promise<GetDocumentStatusResponse>;
  close(): void;
}

/** Connects lazily; call `close` at the end. Errors are PayerHubError with the gateway's code and text. */
export function createIntakeClient(options: IntakeClientOptions): IntakeClient {
  const { rootCertificate, deadlineMs = DEFAULT_DEADLINE_MS } = options;
  const channel = rootCertificate === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(rootCertificate));
  const client = new IntakeServiceClient(options.address, channel);
  const start = async () => {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${await options.token()}`);
    return { metadata, deadline: Date.now() + deadlineMs };
  };
  const submitStream: IntakeClient["submitStream"] = async (document, submit = {}) => {
    const { metadata, deadline } = await start();
    const answer = Promise.withResolvers<SubmitDocumentResponse>();
    const call = client.submitDocument(metadata, { deadline }, settle(answer));
    using _abort = cancelOn(submit.signal, call);
    // The gateway may answer before the last chunk is sent: then sending stops, and its answer counts.
    const sending = send(call, document, submit).catch((caught: unknown) => {
      call.cancel();
      throw caught;
    });
    return await outcome(answer.promise, sending, submit.signal);
  };
  return {
    submitStream,
    submitFile: async (path, submit) => {
      const { size } = await stat(path);
      return await submitStream({ fileName: basename(path), chunks: readChunks(path), totalBytes: size }, submit);
    },
    status: async (documentId, { signal } = {}) => {
      const { metadata, deadline } = await start();
      const answer = Promise.withResolvers<GetDocumentStatusResponse>();
      const call = client.getDocumentStatus({ documentId }, metadata, { deadline }, settle(answer));
      using _abort = cancelOn(signal, call);
      return await outcome(answer.promise, Promise.resolve(), signal);
    },
    close: () => client.close(),
  };
}

type SubmitCall = ClientWritableStream<SubmitDocumentRequest>;

async function* readChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  await using handle = await open(path, "r");
  yield* handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false });
}

async function send(
  call: SubmitCall,
  document: { readonly fileName: string; readonly chunks: AsyncIterable<Uint8Array>; readonly totalBytes?: number },
  { contentType = "", sender = "", caseId = "", onProgress }: SubmitOptions,
): Promise<void> {
  const digest = createHash("sha256");
  const write = writerTo(call);
  let sentBytes = 0;
  await write({ part: { $case: "header", header: { fileName: document.fileName, contentType, sender, caseId } } });
  for await (const piece of document.chunks) {
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset + at, Math.min(CHUNK_BYTES, piece.length - at));
      digest.update(chunk);
      if (!(await write({ part: { $case: "chunk", chunk } }))) return;
      sentBytes += chunk.length;
      onProgress?.({ sentBytes, totalBytes: document.totalBytes });
    }
  }
  await write({ part: { $case: "trailer", trailer: { sha256: digest.digest("hex") } } });
  call.end();
}

/** Writes at the pace of the connection; false once the call is over. */
function writerTo(call: SubmitCall): (message: SubmitDocumentRequest) => Promise<boolean> {
  const over = new Promise<false>((resolve) => {
    call.once("status", () => resolve(false));
    call.once("error", () => resolve(false));
  });
  return async (message) => {
    const written = new Promise<boolean>((resolve) => {
      call.write(message, (error?: Error | null) => resolve(error === undefined || error === null));
    });
    return await Promise.race([written, over]);
  };
}

function settle<T>({ resolve, reject }: PromiseWithResolvers<T>): (error: ServiceError | null, value: T) => void {
  return (error, value) => {
    if (error === null) resolve(value);
    else reject(new PayerHubError(codeOf(error.code), error.details));
  };
}

function codeOf(number: number): Code {
  const found = (Object.keys(CODES) as Code[]).find((name) => CODES[name] === number);
  return found ?? "UNKNOWN";
}

function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): Disposable {
  const onAbort = () => call.cancel();
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", onAbort) };
}

async function outcome<T>(answer: Promise<T>, sending: Promise<void>, signal: AbortSignal | undefined): Promise<T> {
  try {
    const [value] = await Promise.all([answer, sending]);
    return value;
  } catch (caught) {
    answer.catch(() => {});
    if (signal?.aborted === true) throw abortError(signal, "calling the gateway");
    throw caught;
  }
}
