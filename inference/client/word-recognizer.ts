import { PayerHubError } from "../../runtime/error.ts";
import { RECOGNIZER, RECOGNIZER_BATCH, RECOGNIZER_CLASSES, RECOGNIZER_ROWS, RECOGNIZER_WIDTHS } from "../models/recognizer.ts";
import { numericTensor } from "../numeric-tensor.ts";
import { toFloat32 } from "../tensor.ts";
import type { InferenceClient } from "./triton.ts";

/** Columns of the picture that one row of the output stands for. */
const STRIDE = 4;
const PAPER = 255;

/** Gray, 32 rows of `width` bytes each, at most 512 wide. */
export interface WordPicture {
  readonly width: number;
  readonly data: Uint8Array;
}

export interface RecognizeOptions {
  readonly signal: AbortSignal;
  /** Of each call; calls of one page run beside each other. */
  readonly deadlineMs: number;
  /** What a canary splits by, for example the document's id. */
  readonly stickyKey?: string;
}

/** The word recognizer model over a model server. */
export interface WordRecognizer {
  /**
   * Log probabilities by picture, in the order given: rows of 96 classes, a view on the received message. Every picture is padded
   * with paper to a width that depends on its own only, so that what it is sent with does not change what it says. Rejects as
   * `InferenceClient` does, with INVALID_ARGUMENT for a picture of another size, UNAVAILABLE for an answer that is no probability.
   */
  recognize(pictures: readonly WordPicture[], options: RecognizeOptions): Promise<readonly Float32Array[]>;
}

/** The server's version and the model's signature are checked before the first call and after an error. */
export function createWordRecognizer(client: InferenceClient): WordRecognizer {
  let verified: Promise<void> | undefined;
  return {
    recognize: async (pictures, options) => {
      const { signal, deadlineMs } = options;
      const found: Float32Array[] = [];
      try {
        verified ??= client.verify([RECOGNIZER], { signal, deadlineMs });
        await verified;
        const read = async (call: Call) => {
          const rows = await infer(client, pictures, call, options);
          for (const [at, index] of call.indexes.entries()) found[index] = rows[at] ?? new Float32Array();
        };
        await Promise.all(callsOf(pictures).map(read));
        return found;
      } catch (error) {
        // A server that went away may come back with another model.
        verified = undefined;
        throw error;
      }
    },
  };
}

/** Pictures that travel together: all padded to one width. */
interface Call {
  readonly width: number;
  readonly indexes: readonly number[];
}

function callsOf(pictures: readonly WordPicture[]): readonly Call[] {
  const byWidth = new Map<number, number[]>();
  for (const [index, picture] of pictures.entries()) {
    const width = paddedWidth(picture);
    byWidth.set(width, [...(byWidth.get(width) ?? []), index]);
  }
  return [...byWidth].flatMap(([width, indexes]) =>
    Array.from({ length: Math.ceil(indexes.length / RECOGNIZER_BATCH) }, (_, at) => ({
      width,
      indexes: indexes.slice(at * RECOGNIZER_BATCH, (at + 1) * RECOGNIZER_BATCH),
    })),
  );
}

function paddedWidth({ width, data }: WordPicture): number {
  const padded = RECOGNIZER_WIDTHS.find((one) => one >= width);
  if (padded !== undefined && data.length === width * RECOGNIZER_ROWS) return padded;
  const widest = RECOGNIZER_WIDTHS.at(-1) ?? 0;
  throw new PayerHubError(
    "INVALID_ARGUMENT",
    `recognizing a word of "${width}" columns: it has ${data.length} bytes, it must have ${RECOGNIZER_ROWS} rows of at most ${widest}`,
  );
}

async function infer(
  client: InferenceClient,
  pictures: readonly WordPicture[],
  { width, indexes }: Call,
  { signal, deadlineMs, stickyKey }: RecognizeOptions,
): Promise<readonly Float32Array[]> {
  const bytes = new Uint8Array(indexes.length * RECOGNIZER_ROWS * width).fill(PAPER);
  for (const [at, index] of indexes.entries()) {
    const picture = pictures[index];
    if (picture !== undefined) place(bytes.subarray(at * RECOGNIZER_ROWS * width), width, picture);
  }
  const shape = [indexes.length, RECOGNIZER_ROWS, width];
  const sticky = stickyKey === undefined ? {} : { stickyKey };
  const input = numericTensor({ name: "images", datatype: "UINT8", shape }, bytes);
  const outputs = await client.infer(RECOGNIZER.name, [input], { signal, deadlineMs, ...sticky });
  const output = outputs.find(({ name }) => name === "log_probs");
  const values = output === undefined ? new Float32Array() : toFloat32(output);
  const each = (width / STRIDE) * RECOGNIZER_CLASSES;
  if (values.length !== indexes.length * each || !values.every((value) => value <= 1e-3)) {
    throw new PayerHubError(
      "UNAVAILABLE",
      `recognizing words: the answer has ${values.length} numbers or one that is no log probability, it must have ${indexes.length * each}`,
    );
  }
  return indexes.map((_, at) => values.subarray(at * each, (at + 1) * each));
}

function place(to: Uint8Array, width: number, picture: WordPicture): void {
  for (let row = 0; row < RECOGNIZER_ROWS; row += 1) {
    to.set(picture.data.subarray(row * picture.width, (row + 1) * picture.width), row * width);
  }
}
