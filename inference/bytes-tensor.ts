import { PayerHubError } from "../runtime/error.ts";
import { checkCount, checkTensor, elementCount } from "./tensor.ts";
import type { Tensor } from "./tensor.ts";

/** Bytes of the little-endian length before each element. */
const LENGTH_BYTES = 4;

/** A BYTES tensor of texts, as UTF-8, or bytes. */
export function bytesTensor(name: string, shape: readonly number[], elements: readonly (string | Uint8Array)[]): Tensor {
  checkCount(name, elements.length, shape);
  return { name, datatype: "BYTES", shape, data: packBytes(elements) };
}

/** The elements of a BYTES tensor, views on it. INTERNAL for any other tensor, or one whose lengths do not add up. */
export function bytesOf(tensor: Tensor): readonly Uint8Array[] {
  checkTensor(tensor, ["BYTES"]);
  const elements = unpackBytes(tensor.data);
  const wanted = elementCount(tensor.shape);
  if (elements?.length === wanted) return elements;
  const states = elements === undefined ? "a length reaches beyond its data" : `it has ${elements.length} elements`;
  throw new PayerHubError("INTERNAL", `reading tensor "${tensor.name}": ${states}, it must have ${wanted} whole ones`);
}

/** The elements of a BYTES tensor as UTF-8 texts. INTERNAL as `bytesOf`. */
export function textsOf(tensor: Tensor): readonly string[] {
  return bytesOf(tensor).map((element) => Buffer.from(element.buffer, element.byteOffset, element.byteLength).toString("utf8"));
}

/** BYTES elements as they travel: each a little-endian 32-bit length and its bytes. */
export function packBytes(elements: readonly (string | Uint8Array)[]): Uint8Array {
  let bytes = 0;
  for (const element of elements) bytes += LENGTH_BYTES + (typeof element === "string" ? Buffer.byteLength(element) : element.byteLength);
  const packed = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const element of elements) {
    const from = at + LENGTH_BYTES;
    if (typeof element === "string") at = from + packed.write(element, from);
    else {
      packed.set(element, from);
      at = from + element.byteLength;
    }
    packed.writeUInt32LE(at - from, from - LENGTH_BYTES);
  }
  return packed;
}

/** The elements of a BYTES tensor; undefined when a length word is cut off or reaches beyond the data. */
export function unpackBytes(packed: Uint8Array): readonly Uint8Array[] | undefined {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at < packed.byteLength) {
    if (at + LENGTH_BYTES > packed.byteLength) return undefined;
    const end = at + LENGTH_BYTES + view.getUint32(at, true);
    if (end > packed.byteLength) return undefined;
    elements.push(packed.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return elements;
}
