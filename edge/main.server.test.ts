import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { connectBus } from "../runtime/nats.ts";
import { systemWorld } from "../runtime/world.ts";
import { startNats } from "../test/servers/nats.ts";
import { freePort, spawnServer, temporaryFolder } from "../test/servers/server.ts";
import { hashSecret } from "./clients.ts";
import { createIntakeClient } from "./intake-client.ts";
import { createTokenSource } from "./token-source.ts";

const START_DEADLINE_MS = 60_000;

test("the gateway process takes a document, keeps it over SIGKILL, publishes it, and ends on SIGTERM", async () => {
  await using nats = await startNats();
  await using folder = await temporaryFolder();
  const world = systemWorld();
  const signal = new AbortController().signal;
  const clients = [
    { clientId: "site", tenant: "acme", scopes: ["documents.write", "documents.read"], secretHash: await hashSecret("secret", world) },
  ];
  await writeFile(join(folder.path, "clients.json"), JSON.stringify(clients));
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const env = {
    NATS_URL: nats.url,
    NATS_TOKEN: nats.token,
    PAYERHUB_HOME: folder.path,
    EDGE_CLIENTS_FILE: join(folder.path, "clients.json"),
    EDGE_GRPC_PORT: String(grpcPort),
    EDGE_HTTP_PORT: String(httpPort),
    LOG_LEVEL: "error",
  };
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const ready = async (probing: AbortSignal) => void (await fetch(`${httpUrl}/health`, { signal: probing }));
  const launch = async () => await spawnServer({ command: execPath, args: ["edge/main.ts"], env, ready, deadlineMs: START_DEADLINE_MS });
  const token = createTokenSource({ httpUrl, clientId: "site", clientSecret: "secret", world, signal });
  const client = createIntakeClient({ address: `127.0.0.1:${grpcPort}`, token });
  let documentId = "";
  {
    // No stream takes the event yet, so it can only survive in the spool.
    await using first = await launch();
    ({ documentId } = await client.submitStream({ fileName: "a.pdf", chunks: new Blob([randomBytes(5_000)]).stream() }));
    await first.kill("SIGKILL");
  }
  const bus = await connectBus({ url: nats.url, token: nats.token, name: "test", log: createLogger({ level: "silent" }), signal });
  await bus.manager.streams.add({ name: "DOCUMENTS", subjects: ["documents.v1.*.document.*"] });
  await using second = await launch();
  while ((await bus.manager.streams.info("DOCUMENTS")).state.messages === 0) await world.sleep(50, AbortSignal.timeout(30_000));
  const stored = await bus.manager.streams.getMessage("DOCUMENTS", { seq: 1 });
  assert.equal(stored?.header.get("ce-subject"), documentId);
  assert.equal((await client.status(documentId)).state, "accepted");
  await second.kill("SIGTERM");
  assert.equal(second.stderrTail(), "");
  client.close();
  await bus.stop();
});
