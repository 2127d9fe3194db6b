import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../test/servers/server.ts";
import { edgeConfig, edgeConfigFrom } from "./config.ts";

test("an empty environment gives the embedded defaults, frozen", () => {
  const config = edgeConfigFrom({});
  assert.equal(config.home, resolve(".payerhub"));
  assert.equal(config.edge.folder, resolve(".payerhub/edge"));
  assert.equal(config.objectsUrl, `file://${resolve(".payerhub/objects")}`);
  assert.deepEqual([config.edge.host, config.edge.limits.maxBytes, config.edge.inbox], ["127.0.0.1", 64 * 1024 * 1024, undefined]);
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.edge));
});

test("variables are read, the clients file included", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "clients.json");
  const client = { clientId: "site", tenant: "acme", scopes: ["documents.write"], secretHash: `sha256:${"a".repeat(64)}` };
  await writeFile(file, JSON.stringify([client]));
  const config = edgeConfigFrom({
    EDGE_CLIENTS_FILE: file,
    EDGE_GRPC_PORT: "9000",
    EDGE_MAX_BYTES: "1000",
    EDGE_INBOX: "/faxes",
    EDGE_INBOX_TENANT: "acme",
    EDGE_TOKEN_LIFETIME_S: "60",
    PAYERHUB_HOME: "/var/lib/payerhub",
  });
  assert.deepEqual(config.edge.clients, [client]);
  assert.deepEqual([config.edge.grpcPort, config.edge.limits.maxBytes, config.edge.tokens.lifetimeS], [9000, 1000, 60]);
  assert.deepEqual([config.edge.inbox?.folder, config.edge.inbox?.tenant, config.edge.inbox?.afterAccept.do], ["/faxes", "acme", "keep"]);
});

test("what is wrong is refused by name", async () => {
  await using folder = await temporaryFolder();
  const broken = join(folder.path, "clients.json");
  await writeFile(broken, "{");
  const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ EDGE_GRPC_PORT: "99999" }, /grpcPort/],
    [{ EDGE_GRPC_PORT: "x" }, /EDGE_GRPC_PORT/],
    [{ EDGE_TOKEN_LIFETIME_S: "901" }, /lifetimeS/],
    [{ EDGE_MAX_BYTES: "0" }, /maxBytes/],
    [{ EDGE_INBOX: "/faxes" }, /inbox\.tenant/],
    [{ EDGE_INBOX: "/faxes", EDGE_INBOX_TENANT: "A B" }, /inbox\.tenant/],
    [{ EDGE_CLIENTS_FILE: broken }, /clients file/],
    [{ EDGE_CLIENTS_FILE: join(folder.path, "missing") }, /clients file/],
    [{ LOG_LEVEL: "loud" }, /LOG_LEVEL/],
  ];
  for (const [environment, message] of wrong) assert.throws(() => edgeConfigFrom(environment), { code: "INVALID_ARGUMENT", message });
  assert.throws(() => edgeConfig({ folder: "" }), { code: "INVALID_ARGUMENT" });
});
