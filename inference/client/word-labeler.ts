import { PayerHubError } from "../../runtime/error.ts";
import type { World } from "../../runtime/world.ts";
import type { BatchMetrics } from "../batcher/batch-metrics.ts";
import { type Batcher, createBatcher } from "../batcher/batcher.ts";
import { batchLimits } from "../batcher/limits.ts";
import { createTensorModel } from "../batcher/tensor-model.ts";
import type { TokenClassifier } from "../models/token-classifier.ts";
import { float32Tensor, type Tensor, toFloat32 } from "../tensor.ts";
import { layoutWindow } from "../tokenizer/layout-window.ts";
import type { Box } from "../tokenizer/page-box.ts";
import { PIXELS_SIDE, pixelValues } from "../tokenizer/page-pixels.ts";
import type { Tokens } from "../tokenizer/tokens.ts";
import type { InferenceClient } from "./triton.ts";
import { mergeWindows, type WordLabels } from "./word-labels.ts";

/** Positions that both models have; tokens that two windows share, as in training. */
const WINDOW = { maxLength: 512, stride: 128 };
/** Longest wait for one page: seconds on a busy machine without GPU, and less than a step of the flow has for it. */
const PAGE_DEADLINE_MS = 12_000;
const VERIFY_DEADLINE_MS = 5_000;

/** The words of one page as a model is given them. */
export interface LabeledPage {
  readonly words: readonly string[];
  /** By word, 0 to 1000: of the cell or line that the word stands in. */
  readonly boxes: readonly Box[];
  /** 224 × 224 gray bytes; white without. */
  readonly picture: Uint8Array | undefined;
}

/** Says of every word of a page which kind it is of. */
export interface WordLabeler {
  /** `name` as it stands in the provenance of what was found with it. */
  readonly model: string;
  /**
   * Rejects with a retryable error while the model cannot be reached, FAILED_PRECONDITION when it is not the one that labels
   * and tokenizer were made for, UNAVAILABLE when an answer is no finite number.
   */
  label(page: LabeledPage, signal: AbortSignal): Promise<WordLabels>;
  /** Runs what waits, then resolves. */
  stop(): Promise<void>;
}

export interface WordLabelerParts {
  readonly classifier: TokenClassifier;
  readonly client: InferenceClient;
  readonly world: World;
  readonly metrics?: BatchMetrics | undefined;
}

/** Labels over a model server; windows of pages that are asked for at one time run together. */
export function createWordLabeler(parts: WordLabelerParts): WordLabeler {
  const { classifier, client } = parts;
  const batcher = openBatcher(parts);
  let verified: Promise<void> | undefined;
  const verify = async (signal: AbortSignal) => {
    verified ??= client.verify([classifier.contract], { signal, deadlineMs: VERIFY_DEADLINE_MS });
    await verified;
  };
  return {
    model: classifier.name,
    label: async (page, signal) => {
      const tokens = classifier.tokenizer.encodeWords(page.words);
      const windows = classifier.tokenizer.windows(tokens, WINDOW);
      try {
        await verify(signal);
        const picture = classifier.name === "layoutlmv3" ? pictureTensor(page.picture) : undefined;
        const logits = await Promise.all(
          windows.map(async (window) => {
            const inputs = picture === undefined ? textInputs(window) : [...layoutInputs(window, page.boxes), picture];
            const [output] = await batcher.submit(inputs, { signal, deadlineMs: PAGE_DEADLINE_MS });
            return finite(output, classifier.name);
          }),
        );
        return mergeWindows(
          windows.map((window, at) => ({ words: window.words, logits: logits[at] ?? new Float32Array() })),
          { words: page.words.length, labels: classifier.labels },
        );
      } catch (error) {
        // A server that went away may come back with another model.
        verified = undefined;
        throw error;
      }
    },
    stop: async () => await batcher.stop(),
  };
}

function openBatcher({ classifier, client, world, metrics }: WordLabelerParts): Batcher<readonly Tensor[], readonly Tensor[]> {
  const padding = new Uint8Array(BigInt64Array.of(BigInt(classifier.paddingId)).buffer);
  return createBatcher({
    model: createTensorModel({
      contract: classifier.contract,
      padding: { input_ids: padding },
      infer: async (inputs, options) => await client.infer(classifier.name, inputs, options),
    }),
    limits: batchLimits({}),
    world,
    ...metrics,
  });
}

function textInputs(window: Tokens): readonly Tensor[] {
  const length = window.ids.length;
  return [
    int64Tensor("input_ids", [1, length], BigInt64Array.from(window.ids, BigInt)),
    int64Tensor("attention_mask", [1, length], new BigInt64Array(length).fill(1n)),
  ];
}

function layoutInputs(window: Tokens, pageBoxes: readonly Box[]): readonly Tensor[] {
  const { ids, mask, boxes } = layoutWindow(window, pageBoxes);
  return [
    int64Tensor("input_ids", [1, ids.length], ids),
    int64Tensor("bbox", [1, ids.length, 4], boxes),
    int64Tensor("attention_mask", [1, ids.length], mask),
  ];
}

function int64Tensor(name: string, shape: readonly number[], values: BigInt64Array): Tensor {
  return { name, datatype: "INT64", shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function pictureTensor(picture: Uint8Array | undefined): Tensor {
  const data = picture ?? new Uint8Array(PIXELS_SIDE * PIXELS_SIDE).fill(255);
  const values = pixelValues({ width: PIXELS_SIDE, height: PIXELS_SIDE, channels: 1, data });
  return float32Tensor("pixel_values", [1, 3, PIXELS_SIDE, PIXELS_SIDE], values);
}

function finite(output: Tensor | undefined, model: string): Float32Array {
  const values = output === undefined ? undefined : toFloat32(output);
  if (values !== undefined && values.every((value) => Number.isFinite(value))) return values;
  throw new PayerHubError(
    "UNAVAILABLE",
    `labeling words with model "${model}": an output is missing or no finite number, all must be finite`,
  );
}
