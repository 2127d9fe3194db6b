import { parseArgs } from "node:util";
import { PayerHubError } from "../runtime/error.ts";
import { type Report, type RunRequest, renderReport } from "./report.ts";

/** One benchmark or one evaluation. */
export type Measurement = (request: RunRequest) => Promise<Report>;

/** A command that measures one thing by name: `npm run bench`, `npm run eval`. */
export interface MeasureCommand {
  /** What a person types before the name, for example `npm run bench --`. */
  readonly command: string;
  /** By name, alphabetical. */
  readonly measurements: Readonly<Record<string, Measurement>>;
  /** Lines that stand under "Examples". */
  readonly examples: readonly string[];
  /** Takes the report. */
  readonly print: (text: string) => void;
  /** Takes progress and help for people. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

const DEFAULT_SEED = 20_260_101;

const OPTIONS = { seed: { type: "string" }, count: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;

/** Runs the named measurement and prints its report. Gives the exit code: 0, or 2 for a call that is wrong. */
export async function measure(argv: readonly string[], command: MeasureCommand): Promise<number> {
  const call = callOf(argv, command.measurements);
  if ("refused" in call) {
    command.tell(`${call.refused}${helpOf(command)}`);
    return call.refused === "" ? 0 : 2;
  }
  const report = await call.run({ ...call.request, signal: command.signal, progress: command.tell });
  command.print(call.json ? JSON.stringify(report) : renderReport(report));
  return 0;
}

interface Call {
  readonly run: Measurement;
  readonly request: Pick<RunRequest, "seed" | "count">;
  readonly json: boolean;
}

/** What was asked for; `refused` says why nothing can be run, and is empty when only help was asked for. */
function callOf(argv: readonly string[], measurements: MeasureCommand["measurements"]): Call | { readonly refused: string } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    if (values.help === true) return { refused: "" };
    return {
      run: chosen(measurements, positionals),
      request: { seed: wholeNumber("seed", values.seed, 0) ?? DEFAULT_SEED, count: wholeNumber("count", values.count, 1) },
      json: values.json === true,
    };
  } catch (error) {
    return { refused: `${error instanceof Error ? error.message : String(error)}\n\n` };
  }
}

function chosen(measurements: Readonly<Record<string, Measurement>>, positionals: readonly string[]): Measurement {
  const [name = "", ...rest] = positionals;
  if (rest.length > 0) throw usage(`measuring "${positionals.join(" ")}": there are ${positionals.length} names, there must be one`);
  const run = Object.hasOwn(measurements, name) ? measurements[name] : undefined;
  if (run === undefined) throw usage(`measuring "${name}": the name is unknown, it must be one of those below`);
  return run;
}

function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
    throw usage(`reading --${option} "${text}": it is no number that can be taken, it must be a whole number of ${least} or more`);
  }
  return value;
}

function usage(text: string): PayerHubError {
  return new PayerHubError("INVALID_ARGUMENT", text);
}

function helpOf({ command, measurements, examples }: Pick<MeasureCommand, "command" | "measurements" | "examples">): string {
  return [
    `${command} NAME [--seed N] [--count N] [--json]`,
    "",
    `Names: ${Object.keys(measurements).join(", ")}`,
    "",
    "Examples:",
    ...examples.map((line) => `  ${line}`),
  ].join("\n");
}
