import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createTritonClient } from "../../inference/client/triton.ts";
import { freePort, spawnServer, temporaryFolder } from "./server.ts";

/** The wheel whose server is started; `scripts/servers/triton.mjs` fetches it. */
const WHEEL_VERSION = "0.7.0";
/** One Python process a model must import onnxruntime: seconds each on a cold disk. */
const START_DEADLINE_MS = 120_000;

const partsSchema = z.strictObject({ libraryFolder: z.string(), python: z.string() });

export interface Triton extends AsyncDisposable {
  /** `host:port` of the gRPC front. */
  readonly endpoint: string;
  /** `host:port` of the HTTP front; undefined for a server that was given. */
  readonly httpEndpoint?: string;
  /** The server's process; undefined for a server that was given. */
  readonly pid?: number;
}

export interface TritonOptions {
  /** Models with `backend: "onnxruntime"` or `backend: "identity"`. */
  readonly repository: string;
  /** Models that are loaded at the start; default all. */
  readonly models?: readonly string[];
}

/**
 * A real Triton that serves a repository's ONNX and identity models through its Python backend, on loopback and free ports.
 * With `PAYERHUB_TEST_TRITON_URL` (`host:port`) that server is used and left alone; it must serve the same models.
 */
export async function startTriton(options: TritonOptions): Promise<Triton> {
  const given = process.env["PAYERHUB_TEST_TRITON_URL"];
  if (given !== undefined && given !== "") return { endpoint: given, [Symbol.asyncDispose]: async () => {} };
  const { home, libraryFolder } = await findTriton();
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  await fillRepository(options.repository, folder.path);
  const [grpc, http, metrics] = [await freePort(), await freePort(), await freePort()];
  const endpoint = `127.0.0.1:${grpc}`;
  const client = createTritonClient({ endpoint, minimumVersion: "0" });
  stack.defer(() => client.close());
  const { pid } = stack.use(
    await spawnServer({
      command: join(home, "wheel", "pytriton", "tritonserver", "bin", "tritonserver"),
      args: [
        `--model-repository=${folder.path}`,
        `--backend-directory=${join(home, "backends")}`,
        "--grpc-address=127.0.0.1",
        `--grpc-port=${grpc}`,
        "--http-address=127.0.0.1",
        `--http-port=${http}`,
        "--metrics-address=127.0.0.1",
        `--metrics-port=${metrics}`,
        "--model-control-mode=explicit",
        ...(options.models ?? ["*"]).map((name) => `--load-model=${name}`),
        "--exit-timeout-secs=2",
      ],
      env: {
        LD_LIBRARY_PATH: `${join(home, "wheel", "nvidia_pytriton.libs")}:${libraryFolder}`,
        PAYERHUB_TRITON_PACKAGES: join(home, "packages"),
      },
      ready: async (signal) => {
        if (!(await client.ready({ signal }))) throw new Error("it answers that it is not ready");
      },
      deadlineMs: START_DEADLINE_MS,
    }),
  );
  const owned = stack.move();
  return { endpoint, httpEndpoint: `127.0.0.1:${http}`, pid, [Symbol.asyncDispose]: async () => await owned.disposeAsync() };
}

async function findTriton(): Promise<{ readonly home: string; readonly libraryFolder: string }> {
  const cache = process.env["XDG_CACHE_HOME"];
  const base = join(cache === undefined || cache === "" ? join(homedir(), ".cache") : cache, "payerhub", "triton", WHEEL_VERSION);
  const folders = await readdir(base).catch(() => []);
  const name = folders.find((folder) => /^py3\.\d+$/.test(folder));
  if (name === undefined) throw new Error(`find Triton in "${base}" failed: it is not there, "node setup.mjs test" puts it there`);
  const home = join(base, name);
  return { home, ...partsSchema.parse(JSON.parse(await readFile(join(home, "parts.json"), "utf8"))) };
}

/** What stands in for a backend that the wheel has not. */
const STAND_INS = { onnxruntime: "triton-model.py", identity: "triton-identity.py" } as const;

/** A copy of the repository with the backend changed and a Python model in each version folder. */
async function fillRepository(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const name of await readdir(to)) {
    const configPath = join(to, name, "config.pbtxt");
    const config = await readFile(configPath, "utf8");
    const backend = config.includes('backend: "identity"') ? "identity" : "onnxruntime";
    await writeFile(configPath, config.replace(`backend: "${backend}"`, 'backend: "python"'));
    for (const version of (await readdir(join(to, name))).filter((entry) => /^\d+$/.test(entry))) {
      await cp(new URL(`./${STAND_INS[backend]}`, import.meta.url), join(to, name, version, "model.py"));
    }
  }
}
