import type { InferTensorContents } from "../../proto/inference/grpc_service.pb.ts";
import { HEAP_BYTES } from "./wire-reader.ts";
import type { WireReader } from "./wire-reader.ts";
import { fieldBound, varint64Size } from "./wire-writer.ts";
import type { WireWriter } from "./wire-writer.ts";

type Contents = { -readonly [Name in keyof InferTensorContents]: InferTensorContents[Name][number][] };

interface List {
  /** Wire type of one element. */
  readonly type: 0 | 1 | 2 | 5;
  /** Heap that one element takes, in bytes. */
  readonly heapBytes: number;
  readonly count: (contents: InferTensorContents) => number;
  readonly elementBytes: (contents: InferTensorContents, index: number) => number;
  readonly write: (writer: WireWriter, contents: InferTensorContents, index: number) => void;
  readonly read: (reader: WireReader, contents: Contents) => void;
}

/** The lists in the order of their field numbers, which start at 1. */
const LISTS: readonly List[] = [
  {
    type: 0,
    heapBytes: HEAP_BYTES.number,
    count: (contents) => contents.boolContents.length,
    elementBytes: () => 1,
    write: (writer, contents, index) => writer.byte(contents.boolContents[index] === true ? 1 : 0),
    read: (reader, contents) => contents.boolContents.push(reader.bool()),
  },
  {
    type: 0,
    heapBytes: HEAP_BYTES.number,
    count: (contents) => contents.intContents.length,
    elementBytes: (contents, index) => varint64Size(contents.intContents[index] ?? 0),
    write: (writer, contents, index) => writer.varint64(contents.intContents[index] ?? 0),
    read: (reader, contents) => contents.intContents.push(reader.varint32() | 0),
  },
  {
    type: 0,
    heapBytes: HEAP_BYTES.bigint,
    count: (contents) => contents.int64Contents.length,
    elementBytes: (contents, index) => varint64Size(contents.int64Contents[index] ?? 0n),
    write: (writer, contents, index) => writer.varint64(contents.int64Contents[index] ?? 0n),
    read: (reader, contents) => {
      reader.varint64();
      contents.int64Contents.push(reader.signed());
    },
  },
  {
    type: 0,
    heapBytes: HEAP_BYTES.number,
    count: (contents) => contents.uintContents.length,
    elementBytes: (contents, index) => varint64Size(contents.uintContents[index] ?? 0),
    write: (writer, contents, index) => writer.varint64(contents.uintContents[index] ?? 0),
    read: (reader, contents) => contents.uintContents.push(reader.varint32()),
  },
  {
    type: 0,
    heapBytes: HEAP_BYTES.bigint,
    count: (contents) => contents.uint64Contents.length,
    elementBytes: (contents, index) => varint64Size(contents.uint64Contents[index] ?? 0n),
    write: (writer, contents, index) => writer.varint64(contents.uint64Contents[index] ?? 0n),
    read: (reader, contents) => {
      reader.varint64();
      contents.uint64Contents.push(reader.unsigned());
    },
  },
  {
    type: 5,
    heapBytes: HEAP_BYTES.number,
    count: (contents) => contents.fp32Contents.length,
    elementBytes: () => 4,
    write: (writer, contents, index) => writer.float(contents.fp32Contents[index] ?? 0),
    read: (reader, contents) => contents.fp32Contents.push(reader.float()),
  },
  {
    type: 1,
    heapBytes: HEAP_BYTES.number,
    count: (contents) => contents.fp64Contents.length,
    elementBytes: () => 8,
    write: (writer, contents, index) => writer.double(contents.fp64Contents[index] ?? 0),
    read: (reader, contents) => contents.fp64Contents.push(reader.double()),
  },
  {
    type: 2,
    // The reader counts the views that it makes.
    heapBytes: 0,
    count: (contents) => contents.bytesContents.length,
    elementBytes: (contents, index) => fieldBound(contents.bytesContents[index]?.byteLength ?? 0),
    write: (writer, contents, index) => writer.bytes(0x42, contents.bytesContents[index] ?? Buffer.alloc(0)),
    read: (reader, contents) => contents.bytesContents.push(reader.bytes()),
  },
];

/** Upper bound of `writeContents`, in bytes. */
export function contentsBound(contents: InferTensorContents): number {
  let bound = 0;
  for (const list of LISTS) {
    const count = list.count(contents);
    if (count > 0) bound += fieldBound(0);
    for (let index = 0; index < count; index += 1) bound += list.elementBytes(contents, index);
  }
  return bound;
}

/** Writes the typed values of a tensor, packed, as the content of a message. */
export function writeContents(writer: WireWriter, contents: InferTensorContents): void {
  for (let at = LISTS.length - 1; at >= 0; at -= 1) {
    const list = LISTS[at];
    if (list === undefined) continue;
    const end = writer.position;
    const count = list.count(contents);
    for (let index = count - 1; index >= 0; index -= 1) list.write(writer, contents, index);
    if (count > 0 && list.type !== 2) writer.close(((at + 1) << 3) | 2, end);
  }
}

/** Reads typed values, packed or not. */
export function readContents(reader: WireReader): InferTensorContents {
  reader.charge(HEAP_BYTES.object);
  const contents: Contents = {
    boolContents: [],
    intContents: [],
    int64Contents: [],
    uintContents: [],
    uint64Contents: [],
    fp32Contents: [],
    fp64Contents: [],
    bytesContents: [],
  };
  const outer = reader.enter();
  while (reader.position < reader.end) {
    const tag = reader.tag();
    const list = LISTS[(tag >>> 3) - 1];
    if (list !== undefined && list.type === (tag & 7)) readElement(reader, list, contents);
    else if (list !== undefined && (tag & 7) === 2) readPacked(reader, list, contents);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return contents;
}

function readElement(reader: WireReader, list: List, contents: Contents): void {
  reader.charge(list.heapBytes);
  list.read(reader, contents);
}

function readPacked(reader: WireReader, list: List, contents: Contents): void {
  const outer = reader.enter();
  while (reader.position < reader.end) readElement(reader, list, contents);
  reader.leave(outer);
}
