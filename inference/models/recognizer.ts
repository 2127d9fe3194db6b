import type { ModelContract } from "../client/contract.ts";

/** Rows of a word's picture. */
export const RECOGNIZER_ROWS = 32;
/** Columns that a picture is padded to, with paper on its right: the next of these. `inference/training/recognizer_model.py` has the same list. */
export const RECOGNIZER_WIDTHS: readonly number[] = [32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512];
/** Pictures of one call, as the served configuration has it. */
export const RECOGNIZER_BATCH = 64;
/** Class 0 is the blank of connectionist temporal classification; the others are printable ASCII from the space on. */
export const RECOGNIZER_CLASSES = 96;

/** Word recognizer: gray pictures of one width; natural log of each class's probability by step, four columns a step. */
export const RECOGNIZER: ModelContract = {
  name: "recognizer",
  inputs: [{ name: "images", datatype: "UINT8", shape: [-1, RECOGNIZER_ROWS, -1] }],
  outputs: [{ name: "log_probs", datatype: "FP32", shape: [-1, -1, RECOGNIZER_CLASSES] }],
};

/** The character of a class above 0. */
export function recognizerCharacter(at: number): string {
  return String.fromCharCode(31 + at);
}
