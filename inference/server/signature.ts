import type { ModelConfig, ModelTensor } from "./model-config.ts";
import type { Session } from "./session.ts";
import type { SignatureTensor } from "./session-message.ts";

/** How a model file differs from its configuration, naming both sides; undefined when it has every tensor as configured. */
export function signatureMismatch(config: ModelConfig, session: Pick<Session, "inputs" | "outputs">): string | undefined {
  const batched = config.maxBatchSize > 0;
  const unfed = session.inputs.find((input) => !config.inputs.some((spec) => spec.name === input.name));
  return (
    differs("input", config.inputs, { found: session.inputs, batched }) ??
    differs("output", config.outputs, { found: session.outputs, batched }) ??
    (unfed === undefined ? undefined : `the file needs input ${describe(unfed)}, the configuration names no such input`)
  );
}

function differs(
  side: string,
  wanted: readonly ModelTensor[],
  { found, batched }: { readonly found: readonly SignatureTensor[]; readonly batched: boolean },
): string | undefined {
  for (const spec of wanted) {
    const shape = [...(batched ? [-1] : []), ...(spec.reshape ?? spec.dims)];
    const asked = `"${spec.name}" ${spec.datatype} [${shape.join(",")}]`;
    const tensor = found.find(({ name }) => name === spec.name);
    if (tensor === undefined) return `the file has ${side}s ${found.map(({ name }) => name).join(", ")}, the configuration names ${asked}`;
    if (tensor.datatype !== spec.datatype || !fits(tensor.shape, shape))
      return `the file has ${side} ${describe(tensor)}, the configuration names ${asked}`;
  }
  return undefined;
}

/** A file that does not say its shape fits any; a variable dimension fits any on either side. */
function fits(shape: readonly (number | string)[], wanted: readonly number[]): boolean {
  if (shape.length === 0) return true;
  return (
    shape.length === wanted.length &&
    shape.every((dimension, axis) => typeof dimension === "string" || dimension < 0 || wanted[axis] === -1 || wanted[axis] === dimension)
  );
}

function describe({ name, datatype, shape }: SignatureTensor): string {
  return `"${name}" ${datatype ?? "of a type that cannot be held"} [${shape.map((size) => (typeof size === "string" ? -1 : size)).join(",")}]`;
}
