import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readServersConfig } from "./config.ts";
import { freePort, spawnServer, temporaryFolder } from "./server.ts";
import type { RunningServer } from "./server.ts";

const READY_DEADLINE_MS = 20_000;
const ACCESS_KEY = "payerhub-test";
const SECRET_KEY = "payerhub-test-secret";
const BUCKET = "payerhub";
const REGION = "us-east-1";

/** A running S3 server with one bucket. */
export interface TestS3 extends AsyncDisposable {
  /** For `openObjects`. */
  readonly url: string;
  /** Folder that holds each bucket's objects as files; absent for a server given by PAYERHUB_TEST_S3_URL. */
  readonly dataPath?: string;
  /** The process, absent for a given server. */
  readonly server?: RunningServer;
}

/** Starts versitygw on a free loopback port over a temporary folder, or takes the server that PAYERHUB_TEST_S3_URL names. */
export async function startVersitygw(): Promise<TestS3> {
  const config = readServersConfig();
  if (config.s3Url !== undefined) return { url: config.s3Url, [Symbol.asyncDispose]: async () => undefined };
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder());
  const dataPath = join(folder.path, "data");
  // The gateway serves each folder below its root as a bucket.
  await mkdir(join(dataPath, BUCKET), { recursive: true });
  const port = await freePort();
  const server = starting.use(
    await spawnServer({
      command: config.versitygwPath,
      args: ["--port", `127.0.0.1:${port}`, "--region", REGION, "--keep-alive", "--quiet", "posix", dataPath],
      env: { ROOT_ACCESS_KEY_ID: ACCESS_KEY, ROOT_SECRET_ACCESS_KEY: SECRET_KEY },
      cwd: folder.path,
      // An unsigned request is refused with 403 by a server that is ready.
      ready: async (signal) => void (await fetch(`http://127.0.0.1:${port}/`, { signal })),
      deadlineMs: READY_DEADLINE_MS,
    }),
  );
  const held = starting.move();
  const url = `s3://${ACCESS_KEY}:${SECRET_KEY}@127.0.0.1:${port}/${BUCKET}?tls=0&region=${REGION}`;
  return { url, dataPath: join(dataPath, BUCKET), server, [Symbol.asyncDispose]: async () => await held.disposeAsync() };
}
