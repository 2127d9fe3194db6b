import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { temporaryFolder } from "../test/servers/server.ts";
import { startTriton } from "../test/servers/triton.ts";
import { type Load, type LoadResult, loadResultSchema, type Side } from "./infer-client-load.ts";

/** Longest wait for a child's word beyond the load that it runs, in milliseconds. */
const CHILD_DEADLINE_MS = 60_000;

/** The servers and the client processes of the benchmark. */
export interface InferClientRig extends AsyncDisposable {
  /** `host:port` of the bare sink and of real Triton. */
  readonly endpoints: Readonly<Record<"sink" | "triton", string>>;
  run(side: Side, load: Load): Promise<LoadResult>;
  /** Processor time that the sink has used, in microseconds. */
  sinkCpuMicros(): Promise<number>;
}

/** Starts a bare sink that answers with tensors of `sizes` bytes, real Triton with identity models, and one process a client. */
export async function startInferClientRig(sizes: readonly number[], signal: AbortSignal): Promise<InferClientRig> {
  await using stack = new AsyncDisposableStack();
  const child = (file: string, args: readonly string[]) => {
    const started = fork(fileURLToPath(new URL(file, import.meta.url)), [...args]);
    stack.defer(() => void started.kill());
    return started;
  };
  const sink = child("./infer-client-sink-child.ts", sizes.map(String));
  const port = z.int().parse(await wordOf(sink, signal));
  const sides = { ours: child("./infer-client-load-child.ts", ["ours"]), stub: child("./infer-client-load-child.ts", ["stub"]) };
  const folder = stack.use(await temporaryFolder());
  await writeIdentityModels(folder.path);
  const triton = stack.use(await startTriton({ repository: folder.path }));
  const owned = stack.move();
  return {
    endpoints: { sink: `127.0.0.1:${port}`, triton: triton.endpoint },
    run: async (side, load) => {
      sides[side].send(load);
      return loadResultSchema.parse(await wordOf(sides[side], signal));
    },
    sinkCpuMicros: async () => {
      sink.send("cpu");
      return z.number().parse(await wordOf(sink, signal));
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

async function wordOf(child: ChildProcess, signal: AbortSignal): Promise<unknown> {
  const ended = new AbortController();
  const within = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(CHILD_DEADLINE_MS)]);
  const onExit = () => ended.abort(new Error("a process of the benchmark ended before it answered"));
  child.once("exit", onExit);
  try {
    const [word]: unknown[] = await once(child, "message", { signal: within });
    return word;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off("exit", onExit);
  }
}

async function writeIdentityModels(folder: string): Promise<void> {
  for (const datatype of ["FP32", "BYTES"] as const) {
    const name = `identity_${datatype.toLowerCase()}`;
    const type = datatype === "BYTES" ? "TYPE_STRING" : "TYPE_FP32";
    const tensor = (side: string) => `[{ name: "${side}0" data_type: ${type} dims: [ -1, -1 ] }]`;
    const config = `name: "${name}"\nbackend: "identity"\nmax_batch_size: 0\ninput ${tensor("INPUT")}\noutput ${tensor("OUTPUT")}\n`;
    await mkdir(join(folder, name, "1"), { recursive: true });
    await writeFile(join(folder, name, "config.pbtxt"), config);
  }
}
