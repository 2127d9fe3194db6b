import type { World } from "../../runtime/world.ts";
import type { ModelConfig, ModelTensor } from "./model-config.ts";
import type { Session } from "./session.ts";
import type { SignatureTensor } from "./session-message.ts";

/**
 * Triton's identity backend: each input comes back as the output in the same place, after the model's `execute_delay_ms`.
 * Copies nothing and needs no thread, because nothing is computed.
 */
export function createIdentitySession(config: ModelConfig, world: World): Session {
  const lifetime = new AbortController();
  const output = new Map(config.inputs.map((input, index) => [input.name, config.outputs[index]?.name]));
  return {
    inputs: config.inputs.map(signatureOf),
    outputs: config.outputs.map(signatureOf),
    get alive() {
      return !lifetime.signal.aborted;
    },
    run: async (inputs) => {
      const began = world.monotonicMs();
      if (config.delayMs > 0) await world.sleep(config.delayMs, lifetime.signal);
      const outputs = inputs.flatMap((input) => {
        const name = output.get(input.name);
        return name === undefined ? [] : [{ ...input, name }];
      });
      return { outputs, times: { inputNs: 0, inferNs: (world.monotonicMs() - began) * 1e6, outputNs: 0 } };
    },
    close: async () => lifetime.abort(),
  };
}

function signatureOf({ name, datatype }: ModelTensor): SignatureTensor {
  return { name, datatype, shape: [] };
}
