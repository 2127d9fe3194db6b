import assert from "node:assert/strict";
import { chmod, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemWorld } from "../runtime/world.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createTokens } from "./auth.ts";
import { loadSigningKeys } from "./signing-key.ts";

const RULES = { issuer: "here", audience: "intake", lifetimeS: 600 };

test("the key is made on first use, readable by its owner only, and is the same afterwards", async () => {
  await using folder = await temporaryFolder();
  const keys = await loadSigningKeys(join(folder.path, "keys"));
  const { mode } = await stat(join(folder.path, "keys", "signing.jwk"));
  assert.equal(mode & 0o777, 0o600);
  assert.equal((await loadSigningKeys(join(folder.path, "keys"))).currentId, keys.currentId);
});

test("after a rotation tokens of the previous key still verify, until its file goes", async () => {
  await using folder = await temporaryFolder();
  const world = systemWorld();
  const issuing = createTokens(await loadSigningKeys(folder.path), RULES, world);
  const { accessToken } = await issuing.issue({ clientId: "site", tenant: "acme", scopes: ["documents.read"] });
  await rename(join(folder.path, "signing.jwk"), join(folder.path, "previous.jwk"));
  const rotated = await loadSigningKeys(folder.path);
  assert.equal((await createTokens(rotated, RULES, world).verify(`Bearer ${accessToken}`)).tenant, "acme");
  await rename(join(folder.path, "previous.jwk"), join(folder.path, "old.jwk"));
  const later = createTokens(await loadSigningKeys(folder.path), RULES, world);
  await assert.rejects(later.verify(`Bearer ${accessToken}`), { code: "UNAUTHENTICATED" });
});

test("a key file that is no private Ed25519 key is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "signing.jwk");
  for (const text of ["", "{", "[]", '{"kty":"oct","k":"AAAA"}', '{"kty":"OKP","crv":"Ed25519","x":"AA"}']) {
    await writeFile(path, text);
    await chmod(path, 0o600);
    await assert.rejects(loadSigningKeys(folder.path), { code: "FAILED_PRECONDITION" });
    assert.equal(await readFile(path, "utf8"), text);
  }
});
