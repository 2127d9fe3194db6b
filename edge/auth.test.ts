import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { type CryptoKey, generateKeyPair, SignJWT } from "jose";
import { systemWorld } from "../runtime/world.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createTokens, requireScope } from "./auth.ts";
import type { EdgeClient } from "./clients.ts";
import { loadSigningKeys, type SigningKeys } from "./signing-key.ts";

const RULES = { issuer: "here", audience: "intake", lifetimeS: 600 };
const CLIENT: Omit<EdgeClient, "secretHash"> = { clientId: "site", tenant: "acme", scopes: ["documents.write"] };
const world = systemWorld();

async function keysOf(): Promise<SigningKeys> {
  await using folder = await temporaryFolder();
  return await loadSigningKeys(folder.path);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly signWith?: CryptoKey;
}

/** A token like the gateway's, with changes. */
async function forge(keys: SigningKeys, { header = {}, claims = {}, signWith }: Change): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  const payload = {
    tenant: "acme",
    scope: "documents.write",
    iss: "here",
    aud: "intake",
    sub: "site",
    jti: "1",
    iat: nowS,
    nbf: nowS,
    exp: nowS + 600,
  };
  const known = { alg: "EdDSA", typ: "at+jwt", kid: keys.currentId, ...header };
  const critical = "crit" in header ? { crit: { b64: true } } : {};
  return await new SignJWT({ ...payload, ...claims }).setProtectedHeader(known).sign(signWith ?? keys.current, critical);
}

test("an issued token verifies to its client, tenant and scopes", async () => {
  const tokens = createTokens(await keysOf(), RULES, world);
  const { accessToken, expiresInS } = await tokens.issue(CLIENT);
  assert.equal(expiresInS, 600);
  const principal = await tokens.verify(`Bearer ${accessToken}`);
  assert.deepEqual([principal.clientId, principal.tenant, [...principal.scopes]], ["site", "acme", ["documents.write"]]);
  requireScope(principal, "documents.write");
  assert.throws(() => requireScope(principal, "documents.read"), { code: "PERMISSION_DENIED" });
});

test("the unchanged forgery is accepted, so that what follows is refused for its change alone", async () => {
  const keys = await keysOf();
  const principal = await createTokens(keys, RULES, world).verify(`Bearer ${await forge(keys, {})}`);
  assert.equal(principal.tenant, "acme");
});

test("hostile tokens are refused", async () => {
  const keys = await keysOf();
  const tokens = createTokens(keys, RULES, world);
  const { privateKey: foreign } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
  const nowS = Math.floor(Date.now() / 1000);
  const good = await forge(keys, {});
  const [head = "", body = "", signature = ""] = good.split(".");
  const hmacHead = encode({ alg: "HS256", typ: "at+jwt", kid: keys.currentId });
  const hostile: Record<string, string> = {
    "foreign key, our kid": await forge(keys, { signWith: foreign }),
    "unknown kid": await forge(keys, { header: { kid: "A".repeat(43) } }),
    "kid that is a path": await forge(keys, { header: { kid: "../../etc/passwd" } }),
    "no kid": await forge(keys, { header: { kid: undefined } }),
    "other typ": await forge(keys, { header: { typ: "JWT" } }),
    "no typ": await forge(keys, { header: { typ: undefined } }),
    "key by value": await forge(keys, { header: { jwk: { kty: "OKP" } } }),
    "key by URL": await forge(keys, { header: { jku: "https://evil.example/keys" } }),
    "certificate by URL": await forge(keys, { header: { x5u: "https://evil.example/cert" } }),
    compressed: await forge(keys, { header: { zip: "DEF" } }),
    "critical extension": await forge(keys, { header: { crit: ["b64"], b64: true } }),
    "other audience": await forge(keys, { claims: { aud: "elsewhere" } }),
    "audience list": await forge(keys, { claims: { aud: ["intake", "elsewhere"] } }),
    "other issuer": await forge(keys, { claims: { iss: "elsewhere" } }),
    expired: await forge(keys, { claims: { exp: nowS - 61 } }),
    "not yet valid": await forge(keys, { claims: { nbf: nowS + 61 } }),
    "issued long ago": await forge(keys, { claims: { iat: nowS - 700, exp: nowS + 600 } }),
    "issued in the future": await forge(keys, { claims: { iat: nowS + 120 } }),
    "no expiry": await forge(keys, { claims: { exp: undefined } }),
    "no tenant": await forge(keys, { claims: { tenant: undefined } }),
    "tenant with a slash": await forge(keys, { claims: { tenant: "a/../b" } }),
    "tenant with a wildcard": await forge(keys, { claims: { tenant: "*" } }),
    "unknown claim": await forge(keys, { claims: { admin: true } }),
    "alg none": `${encode({ alg: "none", typ: "at+jwt", kid: keys.currentId })}.${body}.`,
    "alg none with signature": `${encode({ alg: "none", typ: "at+jwt", kid: keys.currentId })}.${body}.${signature}`,
    "HMAC with the public key": `${hmacHead}.${body}.${createHmac("sha256", keys.currentId).update(`${hmacHead}.${body}`).digest("base64url")}`,
    "changed claims": `${head}.${encode({ tenant: "other" })}.${signature}`,
    "no signature": `${head}.${body}.`,
    "two parts": `${head}.${body}`,
    "five parts": `${good}.x.y`,
    garbage: "not-a-token",
    oversize: `${head}.${body}${"A".repeat(5_000)}.${signature}`,
  };
  for (const [what, token] of Object.entries(hostile)) {
    await assert.rejects(tokens.verify(`Bearer ${token}`), { code: "UNAUTHENTICATED" }, what);
  }
});

test("missing and malformed authorization headers are refused", async () => {
  const tokens = createTokens(await keysOf(), RULES, world);
  const { accessToken } = await tokens.issue(CLIENT);
  for (const header of [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    accessToken,
    `Basic ${accessToken}`,
    `Bearer ${accessToken} x`,
    `Bearer  ${accessToken}`,
  ]) {
    await assert.rejects(tokens.verify(header), { code: "UNAUTHENTICATED" });
  }
});

test("a clock that differs by up to half a minute is forgiven, more is not", async () => {
  const keys = await keysOf();
  const { accessToken } = await createTokens(keys, RULES, world).issue(CLIENT);
  const at = (seconds: number) =>
    createTokens(keys, RULES, { ...world, now: () => Date.now() + seconds * 1000 }).verify(`Bearer ${accessToken}`);
  await at(-25);
  await at(600 + 25);
  await assert.rejects(at(-35), { code: "UNAUTHENTICATED" });
  await assert.rejects(at(600 + 35), { code: "UNAUTHENTICATED" });
});
