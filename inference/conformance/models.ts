import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ELEMENT_BYTES } from "../tensor.ts";

/** A model of the kit: what its `config.pbtxt` says and what lies beside it. */
export interface KitModel {
  readonly name: string;
  /** The text of `config.pbtxt` without the name and the backend. */
  readonly config: string;
  /** Version folders; default one, 1. */
  readonly versions?: readonly number[];
  /** Further files by path below the model's folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** False: it stays unloaded until a case loads it. */
  readonly loaded?: boolean;
}

const CPU = "instance_group [ { count: 1 kind: KIND_CPU } ]";
const tensor = (side: "input" | "output", name: string, type: string, dims: string) =>
  `${side} [ { name: "${name}" data_type: TYPE_${type} dims: [ ${dims} ] } ]`;
const echo = (type: string, dims: string) => `${tensor("input", "INPUT0", type, dims)} ${tensor("output", "OUTPUT0", type, dims)} ${CPU}`;
const delay = (ms: number) => `parameters { key: "execute_delay_ms" value { string_value: "${ms}" } }`;

/** Time of one execution of the slow models, in milliseconds: long against a call, short against a test. */
export const SLOW_MS = 400;

function typesConfig(): string {
  const types = Object.keys(ELEMENT_BYTES).map((name) => (name === "BYTES" ? "STRING" : name));
  const inputs = types.map((type) => `{ name: "IN_${type}" data_type: TYPE_${type} dims: [ -1 ] optional: true }`);
  const outputs = types.map((type) => `{ name: "OUT_${type}" data_type: TYPE_${type} dims: [ -1 ] }`);
  return `max_batch_size: 0 input [ ${inputs.join(", ")} ] output [ ${outputs.join(", ")} ] ${CPU}`;
}

/**
 * The models that the vectors speak to. Each gives its inputs back as its outputs, in order, after its delay: what Triton's
 * own identity backend does, and what a Python model can do.
 */
export const KIT_MODELS: readonly KitModel[] = [
  { name: "echo", config: `max_batch_size: 8 dynamic_batching { } ${echo("FP32", "-1")}` },
  { name: "plain", config: `max_batch_size: 0 ${echo("FP32", "2, 3")}` },
  { name: "bytes", config: `max_batch_size: 4 ${echo("STRING", "-1")}` },
  { name: "types", config: typesConfig() },
  {
    name: "pair",
    config: [
      "max_batch_size: 4",
      'input [ { name: "A" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "B" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]',
      'output [ { name: "X" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "Y" data_type: TYPE_FP32 dims: [ 2, 2 ] } ]',
      CPU,
    ].join(" "),
  },
  {
    name: "labels",
    config: [
      "max_batch_size: 4",
      tensor("input", "INPUT0", "FP32", "4"),
      'output [ { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" } ]',
      CPU,
    ].join(" "),
    files: { "labels.txt": "cat\ndog\nbird\n" },
  },
  { name: "many", config: `max_batch_size: 0 ${echo("FP32", "-1")}`, versions: [1, 2, 4] },
  { name: "newest", config: `version_policy: { latest: { num_versions: 2 } } ${echo("FP32", "-1")}`, versions: [1, 3, 10] },
  { name: "every", config: `version_policy: { all { } } ${echo("FP32", "-1")}`, versions: [1, 2] },
  { name: "chosen", config: `version_policy: { specific: { versions: [ 1, 3 ] } } ${echo("FP32", "-1")}`, versions: [1, 2, 3] },
  { name: "idle", config: `max_batch_size: 8 ${echo("FP32", "-1")}` },
  { name: "counted", config: `max_batch_size: 8 ${echo("FP32", "-1")}` },
  {
    name: "slow",
    config: [
      "max_batch_size: 1",
      "dynamic_batching { default_queue_policy { max_queue_size: 2 allow_timeout_override: true } }",
      delay(SLOW_MS),
      echo("FP32", "-1"),
    ].join(" "),
  },
  {
    name: "patient",
    config: [
      "max_batch_size: 1",
      "dynamic_batching { default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 50000 } }",
      delay(SLOW_MS),
      echo("FP32", "-1"),
    ].join(" "),
  },
  {
    name: "timed",
    config: [
      "max_batch_size: 1",
      "dynamic_batching { default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 50000 } }",
      delay(SLOW_MS),
      echo("FP32", "-1"),
    ].join(" "),
  },
  { name: "dropped", config: `max_batch_size: 1 dynamic_batching { } ${delay(SLOW_MS / 4)} ${echo("FP32", "-1")}` },
  {
    name: "ranked",
    config: [
      "max_batch_size: 1",
      "dynamic_batching { priority_levels: 3 default_priority_level: 2 }",
      delay(SLOW_MS / 4),
      echo("FP32", "-1"),
    ].join(" "),
  },
  { name: "shifting", config: `max_batch_size: 2 ${echo("FP32", "-1")}` },
  { name: "sleeping", config: `max_batch_size: 2 ${echo("FP32", "-1")}`, loaded: false },
  { name: "versionless", config: echo("FP32", "-1"), versions: [], loaded: false },
  { name: "malformed", config: "max_batch_size: { ", loaded: false },
  { name: "misnamed", config: `name: "another" ${echo("FP32", "-1")}`, loaded: false },
  { name: "typeless", config: echo("WORD", "-1"), loaded: false },
  { name: "bottomless", config: echo("FP32", "-2"), loaded: false },
];

/** Lays the kit's models out as a repository. `backend` is what the server under test calls its identity. */
export async function writeKitRepository(folder: string, backend: string): Promise<void> {
  for (const model of KIT_MODELS) {
    const name = model.config.includes('name: "another"') ? "" : `name: "${model.name}" `;
    await mkdir(join(folder, model.name), { recursive: true });
    await writeFile(join(folder, model.name, "config.pbtxt"), `${name}backend: "${backend}" ${model.config}\n`);
    for (const version of model.versions ?? [1]) await mkdir(join(folder, model.name, String(version)));
    for (const [path, text] of Object.entries(model.files ?? {})) await writeFile(join(folder, model.name, path), text);
  }
}

/** Names of the models that are loaded when a server under test starts. */
export function loadedKitModels(): readonly string[] {
  return KIT_MODELS.filter(({ loaded }) => loaded !== false).map(({ name }) => name);
}
