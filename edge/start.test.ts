import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { createEnvelopeSeal } from "../runtime/envelope-seal.ts";
import { createLogger } from "../runtime/log.ts";
import { createFolderObjects } from "../runtime/objects/folder.ts";
import { systemWorld } from "../runtime/world.ts";
import { createReceivingMesh, startTestEdge } from "../test/servers/edge.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { edgeConfig } from "./config.ts";
import { createIntakeClient } from "./intake-client.ts";
import { type EdgeDeps, startEdge } from "./start.ts";

async function depsIn(folder: string): Promise<EdgeDeps> {
  const world = systemWorld();
  const mesh = createReceivingMesh();
  const seal = createEnvelopeSeal({ rootKey: new Uint8Array(32), keyId: "test", world });
  const objects = await createFolderObjects({ root: join(folder, "objects"), world });
  return { objects, seal, world, log: createLogger({ level: "silent" }), publisher: mesh, status: mesh };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test("documents acknowledged while the broker is away reach the mesh after a restart of the gateway", async () => {
  await using folder = await temporaryFolder();
  const away = createReceivingMesh();
  away.failures = Number.POSITIVE_INFINITY;
  const ids: string[] = [];
  {
    await using edge = await startTestEdge({}, { mesh: away, folder: folder.path });
    for (let count = 0; count < 5; count += 1) {
      ids.push((await edge.client.submitStream({ fileName: "a", chunks: chunksOf(randomBytes(100)) })).documentId);
    }
    assert.equal(edge.edge.spoolSize(), 5);
  }
  assert.equal(away.received.length, 0);
  await using edge = await startTestEdge({}, { folder: folder.path });
  while (edge.edge.spoolSize() > 0) await delay(10);
  assert.deepEqual(edge.mesh.received.map(({ head }) => String(head?.documentId)).toSorted(), ids.toSorted());
});

test("the signal stops the gateway, and stopping twice is one stop", async () => {
  await using folder = await temporaryFolder();
  const controller = new AbortController();
  const edge = await startEdge(edgeConfig({ folder: join(folder.path, "edge") }), await depsIn(folder.path), controller.signal);
  assert.equal(edge.ready(), true);
  controller.abort();
  await Promise.all([edge.stop(), edge.stop()]);
  assert.equal(edge.ready(), false);
  await assert.rejects(fetch(`http://127.0.0.1:${edge.httpPort}/health`));
});

test("a port that is taken fails the start and leaves no other port open", async () => {
  await using folder = await temporaryFolder();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  assert.ok(address !== null && typeof address === "object");
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const free = probe.address();
  assert.ok(free !== null && typeof free === "object");
  probe.close();
  const config = edgeConfig({ folder: join(folder.path, "edge"), httpPort: free.port, grpcPort: address.port });
  await assert.rejects(startEdge(config, await depsIn(folder.path), new AbortController().signal), { code: "UNAVAILABLE" });
  await assert.rejects(fetch(`http://127.0.0.1:${free.port}/health`));
  taken.close();
});

test("the gRPC port offers receive windows of 4 MiB", async () => {
  await using edge = await startTestEdge();
  const session = connectHttp2(`http://127.0.0.1:${edge.edge.grpcPort}`);
  while (session.remoteSettings?.initialWindowSize !== 4 * 1024 * 1024) await once(session, "remoteSettings");
  while ((session.state.remoteWindowSize ?? 0) < 4 * 1024 * 1024) await delay(5);
  session.destroy();
});

test("the health service says SERVING, and NOT_SERVING while an upload keeps the stop waiting", async () => {
  const edge = await startTestEdge({ limits: { drainMs: 2_000 } });
  const passThrough = (bytes: Buffer): Buffer => bytes;
  const method = { path: "/grpc.health.v1.Health/Watch", requestStream: false, responseStream: true } as const;
  const codec = {
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  };
  const Health = makeGenericClientConstructor({ watch: { ...method, ...codec } }, "health");
  const client = new Health(`127.0.0.1:${edge.edge.grpcPort}`, credentials.createInsecure());
  const watch = client.makeServerStreamRequest(method.path, passThrough, passThrough, Buffer.alloc(0));
  const states: number[] = [];
  watch.on("data", (message: Buffer) => states.push(message[1] ?? 0));
  watch.on("error", () => {});
  while (states.length < 1) await delay(5);
  const stopping = edge.edge.stop();
  while (states.length < 2) await delay(5);
  assert.deepEqual(states, [1, 2]);
  watch.cancel();
  client.close();
  await stopping;
  await edge[Symbol.asyncDispose]();
});

test("a gateway that is not there is UNAVAILABLE for the client", async () => {
  const client = createIntakeClient({ address: "127.0.0.1:1", token: () => "x" });
  await assert.rejects(client.submitStream({ fileName: "a", chunks: chunksOf(randomBytes(10)) }), { code: "UNAVAILABLE" });
  client.close();
});
