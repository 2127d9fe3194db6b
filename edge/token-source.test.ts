import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { systemWorld } from "../runtime/world.ts";
import { startTestEdge } from "../test/servers/edge.ts";
import { hashSecret } from "./clients.ts";
import { createIntakeClient } from "./intake-client.ts";
import { createTokenSource } from "./token-source.ts";

const world = systemWorld();
const signal = new AbortController().signal;

test("a client with credentials submits; the token is kept until shortly before it expires", async () => {
  const secretHash = await hashSecret("secret", world);
  await using edge = await startTestEdge({ clients: [{ clientId: "site", tenant: "acme", scopes: ["documents.write"], secretHash }] });
  let nowMs = Date.now();
  const token = createTokenSource({ httpUrl: edge.httpUrl, clientId: "site", clientSecret: "secret", world: { now: () => nowMs }, signal });
  const first = await token();
  assert.equal(await token(), first);
  nowMs += 14 * 60_000 + 1_000;
  assert.notEqual(await token(), first);
  const client = createIntakeClient({ address: `127.0.0.1:${edge.edge.grpcPort}`, token });
  const seen: number[] = [];
  const bytes = randomBytes(600_000);
  const chunks = new Blob([bytes]).stream();
  const receipt = await client.submitStream(
    { fileName: "a", chunks, totalBytes: 600_000 },
    { onProgress: ({ sentBytes }) => seen.push(sentBytes) },
  );
  assert.equal(receipt.sizeBytes, 600_000n);
  assert.equal(seen.at(-1), 600_000);
  client.close();
});

test("wrong credentials and an absent gateway are told apart", async () => {
  await using edge = await startTestEdge();
  const wrong = createTokenSource({ httpUrl: edge.httpUrl, clientId: "site", clientSecret: "x", world, signal });
  await assert.rejects(wrong(), { code: "UNAUTHENTICATED" });
  const absent = createTokenSource({ httpUrl: "http://127.0.0.1:1", clientId: "site", clientSecret: "x", world, signal });
  await assert.rejects(absent(), { code: "UNAVAILABLE" });
});
