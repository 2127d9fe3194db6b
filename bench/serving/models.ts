import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onnxIdentity, onnxModel } from "../../test/servers/onnx.ts";
import type { OnnxConstant, OnnxNode } from "../../test/servers/onnx.ts";

/** Gives its input back. */
export const IDENTITY = "identity";
/** Takes a few milliseconds of one processor a run, and less than one. */
export const WORK = "work";
export const SHORT_WORK = "short_work";
/** Width of the work's vectors. */
export const WORK_WIDTH = 256;
/** Products with a matrix in a run of the work, one after the other, and requests that may wait for it: a queue of about 50 ms. */
const WORKS = { [WORK]: { steps: 256, queue: 12 }, [SHORT_WORK]: { steps: 64, queue: 48 } } as const;

const TENSORS =
  'input [ { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ] output [ { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ]';
const CPU = "instance_group [ { count: 1 kind: KIND_CPU } ]";
const BATCHING = "max_batch_size: 64 dynamic_batching { }";

/** The identity model as a repository: an ONNX graph for the embedded server, Triton's Python backend's for Triton. */
export async function writeIdentity(folder: string, backend: "onnxruntime" | "identity"): Promise<void> {
  const file = onnxIdentity([{ input: { name: "INPUT0", datatype: "FP32", shape: [-1, -1] }, output: "OUTPUT0" }]);
  await writeModel(folder, { name: IDENTITY, config: `backend: "${backend}" ${BATCHING} ${TENSORS} ${CPU}`, file });
}

/** A model that computes, one request a run, with a short queue. */
export async function writeWork(folder: string, name: keyof typeof WORKS): Promise<void> {
  const { steps, queue: waiting } = WORKS[name];
  const names = (step: number) => (step === 0 ? "INPUT0" : step === steps ? "OUTPUT0" : `t${step}`);
  const nodes = Array.from(
    { length: steps },
    (_, step): OnnxNode => ({ op: "MatMul", inputs: [names(step), "w"], outputs: [names(step + 1)] }),
  );
  const constants: readonly OnnxConstant[] = [{ name: "w", shape: [WORK_WIDTH, WORK_WIDTH], values: halves() }];
  const tensor = (name: string) => ({ name, datatype: "FP32" as const, shape: [-1, WORK_WIDTH] });
  const file = onnxModel({ inputs: [tensor("INPUT0")], outputs: [tensor("OUTPUT0")], nodes, constants });
  const queue = `max_batch_size: 1 dynamic_batching { default_queue_policy { max_queue_size: ${waiting} } }`;
  await writeModel(folder, {
    name,
    config: `backend: "onnxruntime" ${queue} ${TENSORS.replaceAll("-1", String(WORK_WIDTH))} ${CPU}`,
    file,
  });
}

/** Rows that add up to less than one, so that values stay finite. */
function halves(): Float32Array {
  return new Float32Array(WORK_WIDTH * WORK_WIDTH).fill(0.5 / WORK_WIDTH);
}

async function writeModel(
  folder: string,
  { name, config, file }: { readonly name: string; readonly config: string; readonly file: Buffer },
): Promise<void> {
  await mkdir(join(folder, name, "1"), { recursive: true });
  await writeFile(join(folder, name, "config.pbtxt"), `name: "${name}" ${config}\n`);
  await writeFile(join(folder, name, "1", "model.onnx"), file);
}
