import { parseArgs } from "node:util";
import { PayerHubError } from "../runtime/error.ts";
import { benchFlow } from "./flow.ts";
import { renderReport, type Report, type RunRequest } from "./report.ts";

type Measurement = (request: RunRequest) => Promise<Report>;

/** Alphabetical. */
const BENCHES: Readonly<Record<string, Measurement>> = { flow: benchFlow };

const HELP = `npm run bench -- NAME [--seed N] [--count N] [--json]

Names: ${Object.keys(BENCHES).join(", ")}

Examples:
  npm run bench -- flow                 3-page fine faxes from submit to hub event, as a table
  npm run bench -- flow --json          one JSON object: figures, ratios, baseline
  npm run bench -- flow --seed 7        other documents
`;

const DEFAULT_SEED = 20_260_101;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { seed: { type: "string" }, count: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  const bench = BENCHES[positionals[0] ?? ""];
  if (values.help === true || bench === undefined) {
    process.stderr.write(HELP);
    return values.help === true ? 0 : 2;
  }
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort(new PayerHubError("CANCELLED", "running a benchmark: it was interrupted")));
  const report = await bench({
    seed: values.seed === undefined ? DEFAULT_SEED : Number(values.seed),
    count: values.count === undefined ? undefined : Number(values.count),
    signal: stopping.signal,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : `${renderReport(report)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
