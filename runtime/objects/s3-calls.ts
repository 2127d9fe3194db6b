import { Client } from "minio";
import { abortError } from "../signals.ts";
import { s3Error } from "./s3-error.ts";
import { PART_BYTES } from "./s3-multipart.ts";
import { createS3Transport } from "./s3-transport.ts";

/** Clean-up goes on after the caller went away, this long. */
const CLEANUP_DEADLINE_MS = 10_000;

/** How an S3 server is reached. */
export interface S3Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** An S3 client whose every call ends with its signal and fails with a coded error. */
export interface S3Calls {
  readonly client: Client;
  run<T>(attempted: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Runs after a failure, also when the caller's signal has aborted; its own failure must not hide the first one. */
  cleanUp(work: () => Promise<unknown>): Promise<void>;
  close(): void;
}

export function createS3Calls(endpoint: S3Endpoint): S3Calls {
  const { transport, agent, run: runScoped } = createS3Transport(endpoint.tls);
  const client = new Client({
    endPoint: endpoint.host,
    port: endpoint.port,
    useSSL: endpoint.tls,
    accessKey: endpoint.accessKey,
    secretKey: endpoint.secretKey,
    region: endpoint.region,
    partSize: PART_BYTES,
    transport,
    transportAgent: agent,
    // The client would retry with console output; who calls us retries by code.
    retryOptions: { disableRetry: true },
  });
  const run: S3Calls["run"] = async (attempted, signal, work) => {
    if (signal.aborted) throw abortError(signal, attempted);
    return await runScoped(signal, async (scope) => {
      try {
        return await work();
      } catch (error) {
        throw s3Error(error, { attempted, status: scope.status, signal });
      }
    });
  };
  return {
    client,
    run,
    cleanUp: async (work) => {
      await run("clean up an upload", AbortSignal.timeout(CLEANUP_DEADLINE_MS), work).catch(() => undefined);
    },
    close: () => agent.destroy(),
  };
}
