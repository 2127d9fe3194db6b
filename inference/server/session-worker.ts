import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Datatype, Tensor } from "../tensor.ts";
import { packBytes, unpackBytes } from "./contents.ts";
import type { FromSession, SessionStart, ToSession } from "./session-message.ts";

// One ONNX session in a thread of its own: `run` computes synchronously and would hold the event loop of the server.

type OrtType = "bool" | "uint8" | "uint16" | "uint32" | "uint64" | "int8" | "int16" | "int32" | "int64" | "float32" | "float64" | "string";

const TYPES: Readonly<Partial<Record<Datatype, OrtType>>> = {
  BOOL: "bool",
  UINT8: "uint8",
  UINT16: "uint16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FP32: "float32",
  FP64: "float64",
  BYTES: "string",
};

/** Views over a buffer of the tensor's own, so that every offset is aligned. */
const VIEWS: Readonly<Record<Exclude<OrtType, "string">, (buffer: ArrayBuffer) => OrtTensor.DataType>> = {
  bool: (buffer) => new Uint8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
};

function toOrt(tensor: Tensor): OrtTensor {
  const type = TYPES[tensor.datatype];
  if (type === undefined) throw new Error(`${tensor.datatype} is not supported`);
  const shape = [...tensor.shape];
  if (type === "string") {
    const decoder = new TextDecoder();
    return new OrtTensor(
      "string",
      (unpackBytes(tensor.data) ?? []).map((element) => decoder.decode(element)),
      shape,
    );
  }
  const own = new ArrayBuffer(tensor.data.byteLength);
  new Uint8Array(own).set(tensor.data);
  return new OrtTensor(type, VIEWS[type](own), shape);
}

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const found = Object.entries(TYPES).find(([, type]) => type === tensor.type)?.[0];
  const datatype = found === undefined ? undefined : datatypeOf(found);
  if (datatype === undefined) throw new Error(`output ${name} is ${tensor.type}, which is not supported`);
  const shape = [...tensor.dims];
  const { data } = tensor;
  if (ArrayBuffer.isView(data)) {
    return { name, datatype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  const encoder = new TextEncoder();
  return { name, datatype, shape, data: packBytes(Array.from(data, (element) => encoder.encode(String(element)))) };
}

function datatypeOf(name: string): Datatype | undefined {
  return name in TYPES ? (name as Datatype) : undefined;
}

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

async function serve(port: NonNullable<typeof parentPort>, start: SessionStart): Promise<void> {
  const session = await InferenceSession.create(readFileSync(start.modelPath), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  const send = (message: FromSession) => port.postMessage(message);
  const answer = async (id: number, inputs: readonly Tensor[]) => {
    try {
      const { outputs, times } = await run(session, inputs);
      send({ kind: "done", id, outputs, times });
    } catch (error) {
      send({ kind: "failed", id, message: error instanceof Error ? error.message : "unknown" });
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
  send({ kind: "ready", inputs: session.inputNames, outputs: session.outputNames });
}

if (parentPort !== null) await serve(parentPort, workerData as SessionStart);
