import type { Tensor } from "../tensor.ts";
import { packBytes } from "../bytes-tensor.ts";

/** What of a tensor is classified, and how. */
export interface Classification {
  /** At most so many a row. */
  readonly count: number;
  /** By index; an index without a label has none. */
  readonly labels: readonly string[];
  /** False: the whole tensor is one row. */
  readonly batched: boolean;
}

/**
 * The largest values of each row as Triton tells them: BYTES elements `value:index` or `value:index:label`, largest first,
 * of equal ones the lower index first; floats with six decimals.
 */
export function classify(tensor: Tensor, { count, labels, batched }: Classification): Tensor {
  const values = valuesOf(tensor);
  const rows = batched ? (tensor.shape[0] ?? 0) : 1;
  const width = rows === 0 ? 0 : values.length / rows;
  const kept = Math.min(count, width);
  const decimal = tensor.datatype === "FP32" || tensor.datatype === "FP64";
  const elements: Buffer[] = [];
  for (let row = 0; row < rows; row += 1) {
    const own = values.slice(row * width, (row + 1) * width);
    const order = own.map((_, index) => index).toSorted((a, b) => compare(own[b] ?? 0, own[a] ?? 0));
    for (const index of order.slice(0, kept)) {
      const value = own[index] ?? 0;
      const label = labels[index] ?? "";
      elements.push(Buffer.from(`${decimal ? Number(value).toFixed(6) : value}:${index}${label === "" ? "" : `:${label}`}`));
    }
  }
  return { name: tensor.name, datatype: "BYTES", shape: batched ? [rows, kept] : [kept], data: packBytes(elements) };
}

function compare(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

type Reader = (view: DataView, at: number) => number | bigint;

const READERS: Readonly<Record<string, { readonly bytes: number; readonly read: Reader }>> = {
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view, at) => view.getBigUint64(at, true) },
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => view.getBigInt64(at, true) },
  FP32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  FP64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

function valuesOf({ datatype, data }: Tensor): readonly (number | bigint)[] {
  const reader = READERS[datatype];
  if (reader === undefined) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.byteLength / reader.bytes) }, (_, index) => reader.read(view, index * reader.bytes));
}
