import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemWorld } from "../../runtime/world.ts";
import { freePort, spawnServer } from "../../test/servers/server.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "../models/isolation-forest.ts";
import { AUTOENCODER } from "../models/autoencoder.ts";
import { float32Tensor } from "../tensor.ts";
import { staticEndpoints } from "./endpoint-source.ts";
import { createPodSet } from "./pod-set.ts";
import { createTritonClient } from "./triton.ts";

const { signal } = new AbortController();
const world = systemWorld();
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const row = float32Tensor("features", [1, ANOMALY_FEATURES], new Float32Array(ANOMALY_FEATURES));

/** The embedded model server as a process of its own. */
async function startServer(port: number) {
  const probe = createTritonClient({ endpoint: `127.0.0.1:${port}` });
  try {
    return await spawnServer({
      command: process.execPath,
      args: [MAIN],
      env: { INFERENCE_PORT: String(port), INFERENCE_HTTP_PORT: "0", LOG_LEVEL: "silent" },
      ready: async (within) => assert.equal(await probe.ready({ signal: within }), true),
      deadlineMs: 60_000,
    });
  } finally {
    probe.close();
  }
}

it("a killed pod fails no call, those in flight included, and takes calls again when it is back", async () => {
  const ports = [await freePort(), await freePort()];
  const endpoints = ports.map((port) => `127.0.0.1:${port}`);
  const [killed = "", stays = ""] = endpoints;
  await using first = await startServer(ports[0] ?? 0);
  await using _second = await startServer(ports[1] ?? 0);
  const set = createPodSet({ source: staticEndpoints(endpoints), open: (endpoint) => createTritonClient({ endpoint, world }), world });
  const stateOf = (endpoint: string) => set.pods().find((pod) => pod.endpoint === endpoint)?.state;
  await set.verify([ISOLATION_FOREST, AUTOENCODER], { signal });
  while (stateOf(killed) !== "ready" || stateOf(stays) !== "ready") await delay(10);

  const stop = new AbortController();
  let [done, failed] = [0, 0];
  const caller = async () => {
    while (!stop.signal.aborted) {
      await set.infer(ISOLATION_FOREST.name, [row], { signal }).then(
        () => (done += 1),
        () => (failed += 1),
      );
    }
  };
  const callers = Array.from({ length: 16 }, caller);
  const waitFor = async (calls: number) => {
    for (const until = done + calls; done < until; ) await delay(5);
  };
  await waitFor(500);
  await first.kill("SIGKILL");
  await waitFor(500);
  assert.notEqual(stateOf(killed), "ready");
  await using _again = await startServer(ports[0] ?? 0);
  while (stateOf(killed) !== "ready") await delay(10);
  await waitFor(500);
  stop.abort();
  await Promise.all(callers);
  set.close();
  assert.deepEqual({ failed }, { failed: 0 });
});
