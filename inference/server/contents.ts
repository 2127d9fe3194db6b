import type { InferTensorContents } from "../../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { packBytes } from "../bytes-tensor.ts";
import type { Datatype } from "../tensor.ts";

type ListName = Exclude<keyof InferTensorContents, "$type">;

/** Which list of `InferTensorContents` carries a datatype; FP16 and BF16 have none: they travel raw only. */
const LISTS: Readonly<Record<Datatype, ListName | undefined>> = {
  BOOL: "boolContents",
  INT8: "intContents",
  INT16: "intContents",
  INT32: "intContents",
  INT64: "int64Contents",
  UINT8: "uintContents",
  UINT16: "uintContents",
  UINT32: "uintContents",
  UINT64: "uint64Contents",
  FP32: "fp32Contents",
  FP64: "fp64Contents",
  BYTES: "bytesContents",
  FP16: undefined,
  BF16: undefined,
};

const LIST_NAMES: readonly ListName[] = [
  "boolContents",
  "intContents",
  "int64Contents",
  "uintContents",
  "uint64Contents",
  "fp32Contents",
  "fp64Contents",
  "bytesContents",
];

export function isEmptyContents(contents: InferTensorContents | undefined): boolean {
  return contents === undefined || LIST_NAMES.every((name) => contents[name].length === 0);
}

/** Typed contents as raw bytes; INVALID_ARGUMENT when another list is used than the datatype's or the count differs. */
export function rawFromContents(contents: InferTensorContents, input: { name: string; datatype: Datatype; count: number }): Uint8Array {
  const { name, datatype, count } = input;
  const list = LISTS[datatype];
  const used = LIST_NAMES.find((candidate) => candidate !== list && contents[candidate].length > 0);
  if (list === undefined || used !== undefined) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading input "${name}": its contents are in ${used ?? "no list"}, ${datatype} needs ${list ?? "raw bytes"}`,
    );
  }
  if (contents[list].length !== count) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `reading input "${name}": it has ${contents[list].length} elements, its shape needs ${count}`,
    );
  }
  return ENCODERS[datatype](contents);
}

const ENCODERS: Readonly<Record<Datatype, (contents: InferTensorContents) => Uint8Array>> = {
  BOOL: ({ boolContents }) => Uint8Array.from(boolContents, Number),
  INT8: ({ intContents }) => bytes(Int8Array.from(intContents)),
  INT16: ({ intContents }) => bytes(Int16Array.from(intContents)),
  INT32: ({ intContents }) => bytes(Int32Array.from(intContents)),
  INT64: ({ int64Contents }) => bytes(BigInt64Array.from(int64Contents)),
  UINT8: ({ uintContents }) => Uint8Array.from(uintContents),
  UINT16: ({ uintContents }) => bytes(Uint16Array.from(uintContents)),
  UINT32: ({ uintContents }) => bytes(Uint32Array.from(uintContents)),
  UINT64: ({ uint64Contents }) => bytes(BigUint64Array.from(uint64Contents)),
  FP32: ({ fp32Contents }) => bytes(Float32Array.from(fp32Contents)),
  FP64: ({ fp64Contents }) => bytes(Float64Array.from(fp64Contents)),
  BYTES: ({ bytesContents }) => packBytes(bytesContents),
  FP16: () => new Uint8Array(),
  BF16: () => new Uint8Array(),
};

function bytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
