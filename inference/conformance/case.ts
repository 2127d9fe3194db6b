import type { MethodName } from "./methods.ts";
import type { Step, Vector } from "./vector.ts";

/** A case before it is recorded. */
export type Case = Pick<Vector, "name" | "steps">;

type Fields = Readonly<Record<string, unknown>>;
type Request = NonNullable<Step["request"]>;

/** A case of one call or of several, one after the other. */
export function caseOf(name: string, ...steps: readonly Step[]): Case {
  return { name, steps: [...steps] };
}

/** One call. `request` is protobuf's JSON form. */
export function call(method: MethodName, request: Fields = {}, options: Partial<Step> = {}): Step {
  return { method, request: plain(request), ...options };
}

/** One inference; what `request` does not name is a right request for the model `echo`. */
export function infer(request: Fields = {}, options: Partial<Step> = {}): Step {
  return call("ModelInfer", inferRequest(request), options);
}

/** The request of `infer`, for streams. */
export function inferRequest(request: Fields = {}): Request {
  return plain({ modelName: "echo", inputs: [input()], rawInputContents: [floats(1, 2)], ...request });
}

/** One input tensor; what `change` does not name is right for the model `echo` with two values. */
export function input(change: Fields = {}): Fields {
  return { name: "INPUT0", datatype: "FP32", shape: ["1", "2"], ...change };
}

/** Little-endian FP32 values in base64. */
export function floats(...values: readonly number[]): string {
  return base64(Float32Array.from(values));
}

/** Any values' memory in base64. */
export function base64(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
}

/** BYTES elements as they travel, in base64: each a little-endian 32-bit length and the bytes. */
export function elements(...texts: readonly (string | Uint8Array)[]): string {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts).toString("base64");
}

function plain(request: Fields): Request {
  return JSON.parse(JSON.stringify(request)) as Request;
}
