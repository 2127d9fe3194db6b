import { PayerHubError } from "../runtime/error.ts";
import { benchFlow } from "./flow.ts";
import { benchInferBatch } from "./infer-batch.ts";
import { benchInferClient } from "./infer-client.ts";
import { benchInferServer } from "./infer-server.ts";
import { benchInferSoak } from "./infer-soak.ts";
import { measure } from "./measure.ts";

// npm run bench -- NAME
const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort(new PayerHubError("CANCELLED", "running a benchmark: it was interrupted")));
process.exitCode = await measure(process.argv.slice(2), {
  command: "npm run bench --",
  measurements: {
    flow: benchFlow,
    "infer-batch": benchInferBatch,
    "infer-client": benchInferClient,
    "infer-server": benchInferServer,
    "infer-soak": benchInferSoak,
  },
  examples: [
    "npm run bench -- flow                 3-page fine faxes from submit to hub event, as a table",
    "npm run bench -- flow --json          one JSON object: figures, ratios, baseline",
    "npm run bench -- flow --seed 7        other documents",
    "npm run bench -- infer-batch          mixed lengths through the batcher against the server's own batching",
    "npm run bench -- infer-client         our client against the generated stub, on a bare sink and on Triton",
    "npm run bench -- infer-server         the embedded server against Triton, its health and goodput under load",
    "npm run bench -- infer-soak           its memory at 80 % load for a minute; --count 600 for ten",
  ],
  print: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
  signal: stopping.signal,
});
