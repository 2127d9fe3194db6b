import type { ModelContract } from "../client/contract.ts";

/** BERT token classifier for entities in text: ids and mask; one row of `labels` logits a token. */
export function biobertContract(labels: number): ModelContract {
  return {
    name: "biobert",
    inputs: [
      { name: "input_ids", datatype: "INT64", shape: [-1, -1] },
      { name: "attention_mask", datatype: "INT64", shape: [-1, -1] },
    ],
    outputs: [{ name: "logits", datatype: "FP32", shape: [-1, -1, labels] }],
  };
}
