import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A model folder that is complete: two side files, both configurations, one warm-up file. */
export interface SampleModel {
  readonly name: string;
  readonly version?: number;
  /** What distinguishes one content from another. */
  readonly weights: string;
}

const CONFIG = `name: "NAME"
max_batch_size: 8
input [ { name: "input_ids", data_type: TYPE_INT64, dims: [ -1 ] } ]
output [ { name: "logits", data_type: TYPE_FP32, dims: [ -1, 5 ] } ]
model_warmup [ {
  name: "b1_s16"
  batch_size: 1
  inputs { key: "input_ids" value: { data_type: TYPE_INT64 dims: [ 16 ] input_data_file: "b1_s16_input_ids" } }
} ]
`;

/** Writes the model's folder below `parent` and returns its path. */
export async function writeSampleModel(parent: string, { name, version = 1, weights }: SampleModel): Promise<string> {
  const folder = join(parent, name);
  const files: Readonly<Record<string, string>> = {
    "config.pbtxt": CONFIG.replace("NAME", name),
    "configs/gpu.pbtxt": `${CONFIG.replace("NAME", name)}instance_group [ { count: 2, kind: KIND_GPU } ]\n`,
    "CARD.md": `# Model card: ${name}\n\n- License: Apache-2.0\n- Weights: none, this is a sample\n`,
    "labels.txt": "O\nB-DRUG\nI-DRUG\nB-DATE\nI-DATE\n",
    "tokenizer.json": "{}\n",
    [`${version}/model.onnx`]: `graph ${weights}`,
    [`${version}/model.onnx.data`]: weights.repeat(50_000),
    "warmup/b1_s16_input_ids": "\0".repeat(128),
    ".editor-state": "of a person, not of the model",
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Paths that the registry keeps of such a folder, in order. */
export function samplePaths(version = 1): readonly string[] {
  return [
    `${version}/model.onnx`,
    `${version}/model.onnx.data`,
    "CARD.md",
    "config.pbtxt",
    "configs/gpu.pbtxt",
    "labels.txt",
    "tokenizer.json",
    "warmup/b1_s16_input_ids",
  ];
}
