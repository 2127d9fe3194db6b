import { PayerHubError } from "../runtime/error.ts";
import { measure } from "./measure.ts";

// npm run eval -- NAME
const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort(new PayerHubError("CANCELLED", "running an evaluation: it was interrupted")));
process.exitCode = await measure(process.argv.slice(2), {
  command: "npm run eval --",
  measurements: {},
  examples: [
    "npm run eval -- NAME --json           one JSON object: figures, ratios, baseline",
    "npm run eval -- NAME --seed 7         other documents",
  ],
  print: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
  signal: stopping.signal,
});
