import { Command } from "commander";
import { PayerHubError } from "../runtime/error.ts";
import { upConfigFrom } from "./config.ts";
import { prepareSampleInbox } from "./sample-inbox.ts";
import { runInbox } from "./run-inbox.ts";

/** Exit codes of every command: 0 ok, 1 failure, 2 usage, 6 partial success, 130 interrupted. */
const EXIT = { ok: 0, failure: 1, partial: 6, interrupted: 130 } as const;

interface StartOptions {
  readonly once?: boolean;
  readonly inbox?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly seed: string;
}

const EXAMPLES = `
Examples:
  npm start                              the sample inbox with a live view, then keeps serving until Ctrl-C
  npm start -- --once                    exits when the inbox is done
  npm start -- --inbox ./faxes           your own files instead of the sample
  npm start -- --once --json             one JSON line a document and a summary line
`;

/** What `npm start` runs: the whole system on embedded defaults over one inbox. */
function startCommand(run: (options: StartOptions) => Promise<void>): Command {
  return new Command("npm start --")
    .description("Brings the whole system up on this machine and feeds an inbox of payer documents through it.")
    .option("--once", "exit when every document of the inbox has ended")
    .option("--inbox <folder>", "read this folder instead of the generated sample inbox")
    .option("--out <folder>", "where bundles, events and annotated pages are written", "out")
    .option("--json", "NDJSON on standard output instead of the live view")
    .option("--seed <number>", "seed of the sample inbox", "1")
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function start(options: StartOptions, signal: AbortSignal): Promise<number> {
  const config = upConfigFrom();
  const sample = options.inbox === undefined ? await prepareSampleInbox({ home: config.home, seed: options.seed, signal }) : undefined;
  const inbox = options.inbox ?? sample?.inbox ?? "";
  const result = await runInbox(
    { ...config, inbox },
    { out: options.out, once: options.once === true, json: options.json === true, truth: sample?.truth, signal },
  );
  if (result === "interrupted") return EXIT.interrupted;
  return result === "matched" ? EXIT.ok : EXIT.partial;
}

const stopping = new AbortController();
const interrupt = () => stopping.abort(new PayerHubError("CANCELLED", "running the inbox: it was interrupted"));
process.once("SIGINT", interrupt);
process.once("SIGTERM", interrupt);
await startCommand(async (options) => {
  try {
    process.exitCode = await start(options, stopping.signal);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: "running the inbox" });
    if (stopping.signal.aborted) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    process.stderr.write(`${error.code}: ${error.message}\n`);
    if (error.cause instanceof Error) process.stderr.write(`  caused by ${error.cause.message}\n`);
    process.exitCode = EXIT.failure;
  }
}).parseAsync(process.argv);
