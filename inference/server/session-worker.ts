import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession } from "onnxruntime-node";
import type { Tensor } from "../tensor.ts";
import { datatypeOfOrt, fromOrt, toOrt } from "./ort-tensor.ts";
import type { FromSession, SessionStart, SignatureTensor, ToSession } from "./session-message.ts";
import { GIVE_AWAY_BYTES, giveAway } from "./tensor-transfer.ts";

// One ONNX session in a thread of its own: `run` computes synchronously and would hold the event loop of the server.

// The binding knows no Float16Array and takes its tensors for empty; without the name it uses Uint16Array, which it knows.
Reflect.deleteProperty(globalThis, "Float16Array");

const nanoseconds = (fromMs: number, toMs: number) => Math.round((toMs - fromMs) * 1e6);

async function run(session: InferenceSession, inputs: readonly Tensor[]) {
  const began = performance.now();
  const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, toOrt(tensor)]));
  const fed = performance.now();
  const results = await session.run(feeds);
  const inferred = performance.now();
  const outputs = Object.entries(results).map(([name, tensor]) => fromOrt(name, tensor));
  const ended = performance.now();
  return {
    outputs,
    times: { inputNs: nanoseconds(began, fed), inferNs: nanoseconds(fed, inferred), outputNs: nanoseconds(inferred, ended) },
  };
}

function signature(metadata: readonly InferenceSession.ValueMetadata[]): readonly SignatureTensor[] {
  return metadata.map((value) => ({
    name: value.name,
    datatype: value.isTensor ? datatypeOfOrt(value.type) : undefined,
    shape: value.isTensor ? [...value.shape] : [],
  }));
}

/** The memory of the large tensors, which the other thread uses again. */
function largeMemory(tensors: readonly Tensor[]): readonly ArrayBuffer[] {
  const buffers = new Set(tensors.map(({ data }) => data.buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer).filter(({ byteLength }) => byteLength >= GIVE_AWAY_BYTES);
}

async function serve(port: NonNullable<typeof parentPort>, start: SessionStart): Promise<void> {
  const session = await InferenceSession.create(readFileSync(start.modelPath), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  const send = (message: FromSession, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  const answer = async (id: number, inputs: readonly Tensor[]) => {
    try {
      const { outputs, times } = await run(session, inputs);
      const given = giveAway(outputs, { fresh: true });
      const returned = largeMemory(inputs);
      send({ kind: "done", id, outputs: given.tensors, times, returned }, [...given.buffers, ...returned]);
    } catch (error) {
      const kind = error instanceof RangeError ? "refused" : "failed";
      send({ kind, id, message: error instanceof Error ? error.message : "unknown" });
    }
  };
  // Closing the port lets the thread end by itself: ending it by force while ONNX Runtime works aborts the process.
  const end = async () => {
    await session.release();
    port.close();
  };
  let last: Promise<void> = Promise.resolve();
  port.on("message", (message: ToSession) => {
    last = last.then(async () => await (message.kind === "run" ? answer(message.id, message.inputs) : end()));
  });
  send({ kind: "ready", inputs: signature(session.inputMetadata), outputs: signature(session.outputMetadata) });
}

if (parentPort !== null) await serve(parentPort, workerData as SessionStart);
