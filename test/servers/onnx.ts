/** ONNX element types by the protocol's datatype (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, TensorProto.DataType). */
const ELEMENT_TYPES = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const;
const IR_VERSION = 8;
const OPSET = 17;

/** A tensor of a graph; a negative dimension is variable. */
export interface OnnxTensor {
  readonly name: string;
  readonly datatype: keyof typeof ELEMENT_TYPES;
  readonly shape: readonly number[];
}

/** One operation of a graph without attributes. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Constants of a graph: FP32 values, row-major. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The bytes of a small ONNX model, for tests and benchmarks that need one of a certain kind. */
export function onnxModel(graph: {
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  readonly constants?: readonly OnnxConstant[];
}): Buffer {
  const nodes = graph.nodes.map(({ op, inputs, outputs }) =>
    field(
      1,
      Buffer.concat([...inputs.map((name) => field(1, text(name))), ...outputs.map((name) => field(2, text(name))), field(4, text(op))]),
    ),
  );
  const body = Buffer.concat([
    ...nodes,
    field(2, text("graph")),
    ...(graph.constants ?? []).map((constant) => field(5, constantOf(constant))),
    ...graph.inputs.map((tensor) => field(11, valueOf(tensor))),
    ...graph.outputs.map((tensor) => field(12, valueOf(tensor))),
  ]);
  return Buffer.concat([number(1, IR_VERSION), field(7, body), field(8, number(2, OPSET))]);
}

/** A model that gives its inputs back, each as the output in its place. */
export function onnxIdentity(pairs: readonly { readonly input: OnnxTensor; readonly output: string }[]): Buffer {
  return onnxModel({
    inputs: pairs.map(({ input }) => input),
    outputs: pairs.map(({ input, output }) => ({ ...input, name: output })),
    nodes: pairs.map(({ input, output }) => ({ op: "Identity", inputs: [input.name], outputs: [output] })),
  });
}

function valueOf({ name, datatype, shape }: OnnxTensor): Buffer {
  const dims = shape.map((size, axis) => field(1, size < 0 ? field(2, text(`d${axis}`)) : number(1, size)));
  const tensorType = Buffer.concat([number(1, ELEMENT_TYPES[datatype]), field(2, Buffer.concat(dims))]);
  return Buffer.concat([field(1, text(name)), field(2, field(1, tensorType))]);
}

function constantOf({ name, shape, values }: OnnxConstant): Buffer {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([...shape.map((size) => number(1, size)), number(2, ELEMENT_TYPES.FP32), field(8, text(name)), field(9, raw)]);
}

function text(value: string): Buffer {
  return Buffer.from(value);
}

function field(index: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((index << 3) | 2), varint(bytes.length), bytes]);
}

function number(index: number, value: number): Buffer {
  return Buffer.concat([varint(index << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
