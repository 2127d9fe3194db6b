import { type Code, PayerHubError } from "../../runtime/error.ts";
import { abortable } from "../../runtime/signals.ts";

/** Codes that say that the content of one request may be at fault, not the server. */
const CONTENT_CODES: ReadonlySet<Code> = new Set(["INVALID_ARGUMENT", "OUT_OF_RANGE", "INTERNAL"]);
/** Executions that one failed batch may cost beyond the first: finds one bad request among 64; a broken model stops there. */
const MAX_RERUNS = 12;

export interface RunOptions {
  /** Every row is to be padded to it. */
  readonly length: number;
  /** Aborts when nobody waits for any of the outputs, or when the deadline passes. */
  readonly signal: AbortSignal;
  /** From now, in milliseconds. */
  readonly deadlineMs: number;
}

export interface IsolatedRun<E, I, O> {
  readonly options: RunOptions;
  readonly inputOf: (entry: E) => I;
  /** False when the entry needs no answer any more; it is left out of further executions. */
  readonly isWanted: (entry: E) => boolean;
  readonly succeed: (entry: E, output: O) => void;
  readonly fail: (entry: E, error: PayerHubError) => void;
}

interface Runnable<I, O> {
  readonly name: string;
  run(inputs: readonly I[], options: RunOptions): Promise<readonly O[]>;
}

/**
 * Runs entries as one and answers every one of them; never rejects. When the content of one may be at fault, halves are run
 * again, so that one bad request does not fail its neighbors; at most 12 times.
 */
export async function runIsolated<E, I, O>(model: Runnable<I, O>, entries: readonly E[], run: IsolatedRun<E, I, O>): Promise<void> {
  const parts: (readonly E[])[] = [entries];
  let reruns = MAX_RERUNS;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const wanted = part.filter(run.isWanted);
    if (wanted.length === 0) continue;
    const error = await runPart(model, wanted, run);
    if (error === undefined) continue;
    if (wanted.length > 1 && reruns >= 2 && CONTENT_CODES.has(error.code)) {
      reruns -= 2;
      const middle = Math.ceil(wanted.length / 2);
      parts.unshift(wanted.slice(0, middle), wanted.slice(middle));
    } else {
      for (const entry of wanted) run.fail(entry, error);
    }
  }
}

/** Undefined when every entry was answered. */
async function runPart<E, I, O>(
  model: Runnable<I, O>,
  entries: readonly E[],
  run: IsolatedRun<E, I, O>,
): Promise<PayerHubError | undefined> {
  try {
    const outputs = await runOnce(model, entries.map(run.inputOf), run.options);
    for (const [index, output] of outputs.entries()) run.succeed(at(entries, index), output);
    return undefined;
  } catch (caught) {
    return PayerHubError.from(caught, { attempted: `running model "${model.name}"` });
  }
}

async function runOnce<I, O>(model: Runnable<I, O>, inputs: readonly I[], options: RunOptions): Promise<readonly O[]> {
  const outputs = await abortable(model.run(inputs, options), options.signal, `running model "${model.name}"`);
  if (outputs.length !== inputs.length) {
    throw new PayerHubError(
      "INTERNAL",
      `running model "${model.name}": it gave ${outputs.length} outputs for ${inputs.length} inputs, it must give one for each`,
    );
  }
  return outputs;
}

function at<E>(entries: readonly E[], index: number): E {
  const entry = entries[index];
  if (entry === undefined)
    throw new PayerHubError("INTERNAL", `answering request "${index}": there are ${entries.length}, it must be one of them`);
  return entry;
}
