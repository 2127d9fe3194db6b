import { PayerHubError } from "../../runtime/error.ts";
import type { Box } from "./page-box.ts";
import type { Tokens } from "./tokens.ts";

/** One window as LayoutLMv3 takes it: INT64, `ids` and `mask` [1, length], `boxes` [1, length, 4]. */
export interface LayoutWindow {
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
  readonly boxes: BigInt64Array;
}

/** Every token gets the box of its word; special tokens get 0, 0, 0, 0. `boxes` are 0 to 1000, one per word. */
export function layoutWindow(window: Tokens, boxes: readonly Box[]): LayoutWindow {
  const values = new BigInt64Array(window.ids.length * 4);
  for (const [index, word] of window.words.entries()) {
    if (word < 0) continue;
    const box = boxes[word];
    if (box === undefined) {
      throw new PayerHubError(
        "INVALID_ARGUMENT",
        `placing the tokens of word "${word}": there are ${boxes.length} boxes, there must be one per word`,
      );
    }
    for (const [side, position] of box.entries()) values[index * 4 + side] = BigInt(position);
  }
  return {
    ids: BigInt64Array.from(window.ids, BigInt),
    mask: new BigInt64Array(window.ids.length).fill(1n),
    boxes: values,
  };
}
