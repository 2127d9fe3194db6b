import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { createTritonClient } from "../../inference/client/triton.ts";
import { freePort } from "../../test/servers/server.ts";

const READY_DEADLINE_MS = 60_000;
const PROBE_MS = 100;

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** The embedded server as `inference/main.ts` starts it. */
export async function startEmbedded(repository: string, signal: AbortSignal): Promise<ServerProcess> {
  const port = await freePort();
  const child = fork(new URL("../../inference/main.ts", import.meta.url), {
    signal,
    env: {
      ...process.env,
      MODEL_REPOSITORY: repository,
      INFERENCE_PORT: String(port),
      INFERENCE_HTTP_PORT: String(await freePort()),
      LOG_LEVEL: "error",
    },
  });
  await untilReady(port, signal);
  return owned(child, port);
}

/** The bare HTTP/2 sink, which answers every request with `body`. */
export async function startSink(body: Buffer, signal: AbortSignal): Promise<ServerProcess> {
  const child = fork(new URL("./sink-child.ts", import.meta.url), { signal });
  child.send({ body: body.toString("base64") });
  const [message]: readonly unknown[] = await once(child, "message", { signal });
  return owned(child, z.object({ port: z.int().positive() }).parse(message).port);
}

async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  const client = createTritonClient({ endpoint: `127.0.0.1:${port}`, minimumVersion: "0" });
  const until = performance.now() + READY_DEADLINE_MS;
  try {
    while (!(await client.ready({ signal, deadlineMs: 1_000 }).catch(() => false))) {
      if (performance.now() > until) throw new Error(`start the embedded server failed: it was not ready within ${READY_DEADLINE_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  } finally {
    client.close();
  }
}

function owned(child: ChildProcess, port: number): ServerProcess {
  child.on("error", () => {});
  return {
    port,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
