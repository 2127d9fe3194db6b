import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelContract } from "../inference/client/contract.ts";

/** What one execution costs, whatever its size, in milliseconds: a base-size model on a GPU at small batch. */
export const EXECUTION_MS = 10;
/** Most rows of one execution, for both sides. */
export const MAX_ROWS = 64;
/** Triton's defaults: no delay. With 2 or 5 ms its mixed load stays the same and its uniform load becomes slower. */
const TRITON_BATCHING = "dynamic_batching { }";

/** Gives the tokens back, after a fixed time per execution. */
function echoContract(name: string): ModelContract {
  return {
    name,
    inputs: [{ name: "ids", datatype: "INT64", shape: [-1, -1] }],
    outputs: [{ name: "echo", datatype: "INT64", shape: [-1, -1] }],
  };
}

/** The model that takes ready-made batches. */
export const READY_MADE = echoContract("fixed_cost");
/** The same model behind Triton's own dynamic batcher. */
export const TRITON_BATCHED = echoContract("fixed_cost_batched");

/** Writes both models as a repository for `startTriton`, one instance each. */
export async function writeFixedCostModels(folder: string): Promise<void> {
  await writeModel(folder, READY_MADE.name, "");
  await writeModel(folder, TRITON_BATCHED.name, TRITON_BATCHING);
}

async function writeModel(folder: string, name: string, batching: string): Promise<void> {
  await mkdir(join(folder, name, "1"), { recursive: true });
  const config = [
    `name: "${name}"`,
    'backend: "identity"',
    `max_batch_size: ${MAX_ROWS}`,
    'input { name: "ids" data_type: TYPE_INT64 dims: [ -1 ] }',
    'output { name: "echo" data_type: TYPE_INT64 dims: [ -1 ] }',
    "instance_group { kind: KIND_CPU count: 1 }",
    `parameters { key: "execute_delay_ms" value { string_value: "${EXECUTION_MS}" } }`,
    batching,
  ];
  await writeFile(join(folder, name, "config.pbtxt"), `${config.join("\n")}\n`);
}
