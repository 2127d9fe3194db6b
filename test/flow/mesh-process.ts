/**
 * A mesh process that dies by SIGKILL at a named point of a named stage: node test/flow/mesh-process.ts CONFIG-JSON. Tells its
 * parent "ready" over IPC. With no kill point it is an ordinary mesh process.
 */
import { z } from "zod";
import { PROBE_POINTS } from "../../mesh/advance.ts";
import { meshConfigSchema } from "../../mesh/config.ts";
import { startMesh } from "../../mesh/start.ts";

const schema = z.strictObject({
  mesh: meshConfigSchema,
  kill: z.strictObject({ stage: z.string(), point: z.enum(PROBE_POINTS) }).optional(),
});

const { mesh, kill } = schema.parse(JSON.parse(process.argv[2] ?? "{}"));
const stopping = new AbortController();
const handle = await startMesh(
  mesh,
  {
    probe: (stage, point) => {
      if (kill?.stage === stage && kill.point === point) process.kill(process.pid, "SIGKILL");
    },
  },
  stopping.signal,
);
process.once("SIGTERM", () => {
  stopping.abort();
  void handle.stop().then(() => process.exit(0));
});
process.send?.("ready");
