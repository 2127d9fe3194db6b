import { z } from "zod";
import type { InferParameter, ModelInferRequest, ModelInferRequest_InferInputTensor } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { isDatatype } from "../tensor.ts";
import type { EncodableInferResponse } from "../wire/infer-response.ts";
import { bytesFromJson, jsonFromBytes } from "./tensor-json.ts";
import type { JsonValue } from "./tensor-json.ts";

/** Values in one request's JSON; more belong into binary data. */
const MAX_JSON_VALUES = 4_000_000;
const MAX_NESTING = 16;
const MAX_TENSORS = 1_024;

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.bigint(), z.boolean()])).default({});
const requestSchema = z.object({
  id: z.string().default(""),
  parameters,
  inputs: z
    .array(
      z.object({
        name: z.string(),
        datatype: z.string(),
        shape: z.array(z.union([z.int(), z.bigint()])),
        parameters,
        data: z.unknown().optional(),
      }),
    )
    .max(MAX_TENSORS)
    .default([]),
  outputs: z
    .array(z.object({ name: z.string(), parameters }))
    .max(MAX_TENSORS)
    .default([]),
});
type RestRequest = z.infer<typeof requestSchema>;
type RestParameters = RestRequest["parameters"];

/** A request over HTTP, read, and how it wants its answer. */
export interface ReadRestRequest {
  readonly request: ModelInferRequest;
  /** Whether the output of this name is to be sent as binary data. */
  readonly isBinary: (output: string) => boolean;
}

/**
 * Reads the body of a KServe v2 inference request: JSON, and behind it the binary data of the inputs that have
 * `binary_data_size`. `headerBytes` is the length of the JSON, or undefined when all is JSON. INVALID_ARGUMENT when the two
 * do not fit together, INTERNAL, as in Triton, when it is no JSON.
 */
export function readRestRequest(
  body: Buffer,
  model: { readonly name: string; readonly version: string },
  headerBytes?: number,
): ReadRestRequest {
  if (headerBytes !== undefined && headerBytes > body.length)
    throw invalid(`its JSON is said to have ${headerBytes} bytes, the body has ${body.length}`);
  const json = parseBody(body.subarray(0, headerBytes ?? body.length));
  let at = headerBytes ?? body.length;
  const raws: Buffer[] = [];
  const inputs = json.inputs.map((input): ModelInferRequest_InferInputTensor => {
    const { binary_data_size: size, ...rest } = input.parameters;
    if (size === undefined) raws.push(Buffer.from(jsonData(input)));
    else {
      const bytes = Number(size);
      if (!Number.isSafeInteger(bytes) || bytes < 0 || at + bytes > body.length)
        throw invalid(`input "${input.name}" is said to have ${String(size)} bytes, ${body.length - at} are left`);
      raws.push(body.subarray(at, at + bytes));
      at += bytes;
    }
    const { name, datatype } = input;
    return { name, datatype, shape: input.shape.map(BigInt), parameters: toParameters(rest), contents: undefined };
  });
  if (at !== body.length) throw invalid(`${body.length - at} bytes follow its last input, none may`);
  const { binary_data_output: allBinary, ...rest } = json.parameters;
  const binary = new Set(json.outputs.filter((output) => output.parameters["binary_data"] === true).map(({ name }) => name));
  return {
    request: {
      modelName: model.name,
      modelVersion: model.version,
      id: json.id,
      parameters: toParameters(rest),
      inputs,
      outputs: json.outputs.map(({ name, parameters: own }) => ({ name, parameters: toParameters(own) })),
      rawInputContents: raws,
    },
    isBinary: (output) => binary.has(output) || (allBinary === true && json.outputs.length === 0),
  };
}

/** The answer's body, and the length of its JSON when binary data follows it. */
export function writeRestResponse(
  response: EncodableInferResponse,
  isBinary: (output: string) => boolean,
): { readonly body: Buffer; readonly headerBytes?: number } {
  const binary: Uint8Array[] = [];
  const outputs = response.outputs.map(({ name, datatype, shape }, index) => {
    const data = response.rawOutputContents[index] ?? new Uint8Array();
    const head = `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(",")}]`;
    if (isBinary(name)) {
      binary.push(data);
      return `${head},"parameters":{"binary_data_size":${data.byteLength}}}`;
    }
    if (!isDatatype(datatype)) throw new PayerHubError("INTERNAL", `writing output "${name}": its datatype is not known, it must be`);
    return `${head},"data":[${jsonFromBytes({ name, datatype, shape: shape.map(Number), data })}]}`;
  });
  const id = response.id === "" ? "" : `"id":${JSON.stringify(response.id)},`;
  const json = Buffer.from(
    `{${id}"model_name":${JSON.stringify(response.modelName)},"model_version":"${response.modelVersion}","outputs":[${outputs.join(",")}]}`,
  );
  return binary.length === 0 ? { body: json } : { body: Buffer.concat([json, ...binary]), headerBytes: json.length };
}

function parseBody(bytes: Buffer): RestRequest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString(), exactNumbers);
  } catch (cause) {
    throw new PayerHubError("INTERNAL", "reading an inference request: its JSON cannot be read, it must be whole", { cause });
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`its field "${issue?.path.join(".") ?? ""}" ${issue?.message ?? "is wrong"}`);
}

/** Keeps integers that a double cannot hold. */
function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source ?? "")) return value;
  return BigInt(context?.source ?? 0);
}

function jsonData({ name, datatype, data }: RestRequest["inputs"][number]): Uint8Array {
  if (!isDatatype(datatype)) throw invalid(`input "${name}" has datatype "${datatype}", which is not known`);
  if (!Array.isArray(data)) throw invalid(`input "${name}" has no data, it must have an array`);
  const values: JsonValue[] = [];
  flatten(name, data, { into: values, depth: 0 });
  return bytesFromJson(name, datatype, values);
}

/** Nested arrays, row by row. */
function flatten(name: string, list: readonly unknown[], { into, depth }: { readonly into: JsonValue[]; readonly depth: number }): void {
  if (depth > MAX_NESTING) throw invalid(`input "${name}" nests deeper than ${MAX_NESTING} arrays`);
  for (const value of list) {
    if (Array.isArray(value)) flatten(name, value, { into, depth: depth + 1 });
    else if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" || typeof value === "string")
      into.push(value);
    else throw invalid(`input "${name}" has a value that is no number, text or boolean`);
    if (into.length > MAX_JSON_VALUES)
      throw invalid(`input "${name}" has more than ${MAX_JSON_VALUES} values, it must come as binary data`);
  }
}

function toParameters(given: RestParameters): Record<string, InferParameter> {
  const kept = Object.entries(given).filter(([name]) => name !== "binary_data" && name !== "binary_data_output");
  return Object.fromEntries(kept.map(([name, value]) => [name, { parameterChoice: choice(value) }]));
}

function choice(value: RestParameters[string]): NonNullable<InferParameter["parameterChoice"]> {
  if (typeof value === "string") return { $case: "stringParam", stringParam: value };
  if (typeof value === "boolean") return { $case: "boolParam", boolParam: value };
  if (typeof value === "bigint" || Number.isInteger(value)) return { $case: "int64Param", int64Param: BigInt(value) };
  return { $case: "doubleParam", doubleParam: value };
}

function invalid(states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading an inference request: ${states}`);
}
