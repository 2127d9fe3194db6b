import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { systemWorld } from "../runtime/world.ts";
import { clientSchema, createClients, hashSecret } from "./clients.ts";

const world = systemWorld();

test("a client is authenticated by either form of hash and by nothing else", async () => {
  const salted = clientSchema.parse({
    clientId: "a",
    tenant: "acme",
    scopes: ["documents.write"],
    secretHash: await hashSecret("pass word", world),
  });
  const plain = clientSchema.parse({
    clientId: "b",
    tenant: "acme",
    scopes: ["documents.read"],
    secretHash: `sha256:${createHash("sha256").update("random").digest("hex")}`,
  });
  const clients = createClients([salted, plain]);
  assert.equal((await clients.authenticate("a", "pass word")).clientId, "a");
  assert.equal((await clients.authenticate("b", "random")).clientId, "b");
  for (const [id, secret] of [
    ["a", "pass word "],
    ["a", ""],
    ["b", "pass word"],
    ["c", "random"],
    ["", ""],
    ["a", "x".repeat(10_000)],
  ] as const) {
    await assert.rejects(clients.authenticate(id, secret), { code: "UNAUTHENTICATED" });
  }
});

test("the same secret never has the same hash twice", async () => {
  assert.notEqual(await hashSecret("secret", world), await hashSecret("secret", world));
});

test("clients with a clear-text secret, a foreign scope, no scope or an odd tenant do not parse", () => {
  const good = { clientId: "a", tenant: "acme", scopes: ["documents.write"], secretHash: `sha256:${"0".repeat(64)}` };
  assert.equal(clientSchema.safeParse(good).success, true);
  for (const change of [
    { secretHash: "secret" },
    { scopes: ["admin"] },
    { scopes: [] },
    { tenant: "A b" },
    { tenant: "*" },
    { extra: 1 },
  ]) {
    assert.equal(clientSchema.safeParse({ ...good, ...change }).success, false);
  }
});
