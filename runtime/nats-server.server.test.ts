import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { natsServerBinary } from "../test/servers/nats.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createLogger } from "./log.ts";
import { connectBus } from "./nats.ts";
import { startNatsServer } from "./nats-server.ts";
import { systemWorld } from "./world.ts";

const log = createLogger({ level: "silent" });
const live = () => new AbortController().signal;

async function options(folder: string) {
  return { binary: await natsServerBinary(), folder, token: "t0ken", log, world: systemWorld(), signal: live() };
}

test("the broker is started again on its port after a crash, and its stream is still there", async () => {
  await using folder = await temporaryFolder();
  const server = await startNatsServer(await options(folder.path));
  const bus = await connectBus({ url: server.url, token: server.token, name: "t", log, signal: live() });
  await bus.manager.streams.add({ name: "KEPT", subjects: ["kept"] });
  const before = server.pid();
  server.crash();
  let found = false;
  for (let look = 0; look < 60 && !found; look++) {
    await delay(100);
    found = await bus.manager.streams.info("KEPT").then(
      () => true,
      () => false,
    );
  }
  assert.equal(found, true);
  assert.notEqual(server.pid(), before);
  await bus.stop();
  await server.stop();
});

test("a broker left behind by a killed process is ended before a new one opens the same store", async () => {
  await using folder = await temporaryFolder();
  const orphan = await startNatsServer(await options(folder.path));
  const orphanPid = orphan.pid();
  assert.ok(orphanPid);
  const server = await startNatsServer(await options(folder.path));
  let alive = true;
  for (let look = 0; look < 50 && alive; look++) {
    await delay(20);
    alive = isAliveWithout(orphanPid, server.pid());
  }
  assert.equal(alive, false);
  await orphan.stop();
  await server.stop();
});

function isAliveWithout(pid: number, successor: number | undefined): boolean {
  if (pid === successor) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a binary that does not exist is reported with its path", async () => {
  await using folder = await temporaryFolder();
  const given = { ...(await options(folder.path)), binary: "/nonexistent/nats-server", signal: AbortSignal.timeout(1_000) };
  await assert.rejects(startNatsServer(given));
});
