import { PayerHubError } from "../../runtime/error.ts";
import type { Datatype, Tensor } from "../tensor.ts";
import { packBytes, unpackBytes } from "../bytes-tensor.ts";

/** A value of a tensor's `data` in JSON; integers beyond 2^53 come as bigint. */
export type JsonValue = number | bigint | boolean | string;

interface NumberForm {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number | bigint;
  readonly write: (view: DataView, at: number, value: number | bigint) => void;
}

const number = (bytes: number, read: NumberForm["read"], set: (view: DataView, at: number, value: number) => void): NumberForm => ({
  bytes,
  read,
  write: (view, at, value) => set(view, at, Number(value)),
});

const FORMS: Readonly<Partial<Record<Datatype, NumberForm>>> = {
  UINT8: number(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  ),
  UINT16: number(
    2,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => view.setUint16(at, value, true),
  ),
  UINT32: number(
    4,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true),
  ),
  UINT64: {
    bytes: 8,
    read: (view, at) => view.getBigUint64(at, true),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
  INT8: number(
    1,
    (view, at) => view.getInt8(at),
    (view, at, value) => view.setInt8(at, value),
  ),
  INT16: number(
    2,
    (view, at) => view.getInt16(at, true),
    (view, at, value) => view.setInt16(at, value, true),
  ),
  INT32: number(
    4,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
  ),
  INT64: {
    bytes: 8,
    read: (view, at) => view.getBigInt64(at, true),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  FP32: number(
    4,
    (view, at) => view.getFloat32(at, true),
    (view, at, value) => view.setFloat32(at, value, true),
  ),
  FP64: number(
    8,
    (view, at) => view.getFloat64(at, true),
    (view, at, value) => view.setFloat64(at, value, true),
  ),
};

/**
 * A tensor's values as they travel raw. INVALID_ARGUMENT, naming the tensor, for a value of another kind than the datatype's
 * and for FP16 and BF16, which JSON has no form for, as in Triton.
 */
export function bytesFromJson(name: string, datatype: Datatype, values: readonly JsonValue[]): Uint8Array {
  if (datatype === "BYTES") return packBytes(values.map((value) => Buffer.from(texts(name, value))));
  if (datatype === "BOOL") return Uint8Array.from(values, (value) => Number(booleans(name, value)));
  const form = FORMS[datatype];
  if (form === undefined) throw invalid(name, `${datatype} has no form in JSON, it must come as binary data`);
  const bytes = new Uint8Array(values.length * form.bytes);
  const view = new DataView(bytes.buffer);
  const whole = !datatype.startsWith("FP");
  for (const [index, value] of values.entries()) {
    if (typeof value !== "number" && typeof value !== "bigint") throw invalid(name, "it has a value that is no number");
    if (whole && typeof value === "number" && !Number.isInteger(value)) throw invalid(name, "it has a fraction, it must be whole numbers");
    form.write(view, index * form.bytes, value);
  }
  return bytes;
}

/** A tensor's values as the inside of a JSON array; INVALID_ARGUMENT for what JSON has no form for. */
export function jsonFromBytes({ name, datatype, data }: Tensor): string {
  if (datatype === "BYTES") return (unpackBytes(data) ?? []).map((element) => JSON.stringify(Buffer.from(element).toString())).join(",");
  if (datatype === "BOOL") return Array.from(data, (value) => String(value !== 0)).join(",");
  const form = FORMS[datatype];
  if (form === undefined) throw invalid(name, `${datatype} has no form in JSON, ask for binary data`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values: string[] = [];
  for (let at = 0; at + form.bytes <= data.byteLength; at += form.bytes) {
    const value = form.read(view, at);
    if (typeof value === "number" && !Number.isFinite(value))
      throw invalid(name, "it has a value that is not finite, which JSON has no form for, ask for binary data");
    values.push(String(value));
  }
  return values.join(",");
}

function texts(name: string, value: JsonValue): string {
  if (typeof value !== "string") throw invalid(name, "it has a value that is no text");
  return value;
}

function booleans(name: string, value: JsonValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  throw invalid(name, "it has a value that is no boolean");
}

function invalid(name: string, states: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", `reading the values of tensor "${name}": ${states}`);
}
