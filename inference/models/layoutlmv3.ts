import type { ModelContract } from "../client/contract.ts";

/** Side of the page's picture in pixels. */
const IMAGE_SIDE = 224;

/**
 * LayoutLMv3 token classifier: ids, boxes in 0..1000, mask, and the page in 3 channels of −1..1; one row of `labels` logits a token.
 * https://huggingface.co/docs/transformers/model_doc/layoutlmv3
 */
export function layoutlmv3Contract(labels: number): ModelContract {
  return {
    name: "layoutlmv3",
    inputs: [
      { name: "input_ids", datatype: "INT64", shape: [-1, -1] },
      { name: "bbox", datatype: "INT64", shape: [-1, -1, 4] },
      { name: "attention_mask", datatype: "INT64", shape: [-1, -1] },
      { name: "pixel_values", datatype: "FP32", shape: [-1, 3, IMAGE_SIDE, IMAGE_SIDE] },
    ],
    outputs: [{ name: "logits", datatype: "FP32", shape: [-1, -1, labels] }],
  };
}
