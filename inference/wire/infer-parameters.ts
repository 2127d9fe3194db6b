import type { InferParameter } from "../../proto/inference/grpc_service.pb.ts";
import { HEAP_BYTES } from "./wire-reader.ts";
import type { WireReader } from "./wire-reader.ts";
import { fieldBound, stringBound } from "./wire-writer.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Parameters of a request, a response or a tensor, by name. */
export type InferParameters = Readonly<Record<string, InferParameter>>;

/** Most bytes of a parameter that is no text: tag and ten bytes. */
const MAX_SCALAR_BYTES = 11;

/** Upper bound of `writeParameters`, in bytes. */
export function parametersBound(parameters: InferParameters): number {
  let bound = 0;
  for (const key of Object.keys(parameters)) {
    const choice = parameters[key]?.parameterChoice;
    const value = choice?.$case === "stringParam" ? stringBound(choice.stringParam) : MAX_SCALAR_BYTES;
    bound += fieldBound(stringBound(key) + fieldBound(value));
  }
  return bound;
}

/** Writes a `map<string, InferParameter>` field. */
export function writeParameters(writer: WireWriter, tag: number, parameters: InferParameters): void {
  const keys = Object.keys(parameters);
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    const key = keys[index] ?? "";
    const entry = writer.position;
    writeChoice(writer, parameters[key]?.parameterChoice);
    writer.close(0x12, entry);
    if (key !== "") writer.string(0x0a, key);
    writer.close(tag, entry);
  }
}

function writeChoice(writer: WireWriter, choice: InferParameter["parameterChoice"]): void {
  switch (choice?.$case) {
    case "boolParam":
      writer.varint32(choice.boolParam ? 1 : 0);
      return writer.varint32(0x08);
    case "int64Param":
      writer.varint64(choice.int64Param);
      return writer.varint32(0x10);
    case "stringParam":
      return writer.string(0x1a, choice.stringParam);
    case "doubleParam":
      writer.double(choice.doubleParam);
      return writer.varint32(0x21);
    case "uint64Param":
      writer.varint64(choice.uint64Param);
      return writer.varint32(0x28);
    case undefined:
  }
}

/** Reads one entry of the map into `into`; the last one of a name wins, and an entry without a value is none. */
export function readParameter(reader: WireReader, into: Record<string, InferParameter>): void {
  reader.charge(HEAP_BYTES.object);
  const outer = reader.enter();
  let key = "";
  let value: InferParameter | undefined;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.string();
    else if (tag === 0x12) value = readValue(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (value === undefined) return;
  // A plain assignment to this name would change the prototype.
  if (key === "__proto__") Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
  else into[key] = value;
}

function readValue(reader: WireReader): InferParameter {
  const outer = reader.enter();
  let parameterChoice: InferParameter["parameterChoice"];
  while (reader.position < reader.end) {
    const tag = reader.tag();
    const choice = readChoice(reader, tag);
    if (choice === undefined) reader.skip(tag);
    else parameterChoice = choice;
  }
  reader.leave(outer);
  return { parameterChoice };
}

function readChoice(reader: WireReader, tag: number): InferParameter["parameterChoice"] {
  switch (tag) {
    case 0x08:
      return { $case: "boolParam", boolParam: reader.bool() };
    case 0x10:
      reader.varint64();
      return { $case: "int64Param", int64Param: reader.signed() };
    case 0x1a:
      return { $case: "stringParam", stringParam: reader.string() };
    case 0x21:
      return { $case: "doubleParam", doubleParam: reader.double() };
    case 0x28:
      reader.varint64();
      return { $case: "uint64Param", uint64Param: reader.unsigned() };
    default:
      return undefined;
  }
}
