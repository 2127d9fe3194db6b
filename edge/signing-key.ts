import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import { syncFolder } from "./durable-file.ts";

/** EdDSA over Ed25519 (RFC 8037): small keys, and no parameter that a token could weaken. */
export const SIGNING_ALGORITHM = "EdDSA";

/** Signs new tokens. */
const CURRENT_FILE = "signing.jwk";

/** Optional: the key before the last rotation; its tokens stay valid until they expire. */
const PREVIOUS_FILE = "previous.jwk";

const OWNER_ONLY = 0o600;

const privateJwkSchema = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });

/** The keys of this site's tokens, by key id (RFC 7638 thumbprint). */
export interface SigningKeys {
  readonly currentId: string;
  readonly current: CryptoKey;
  readonly verifiers: ReadonlyMap<string, CryptoKey>;
}

/** Reads the keys from the folder and makes the signing key on first use, readable by its owner only. */
export async function loadSigningKeys(folder: string): Promise<SigningKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const current = (await readJwk(join(folder, CURRENT_FILE))) ?? (await createJwk(folder));
  const previous = await readJwk(join(folder, PREVIOUS_FILE));
  const verifiers = new Map<string, CryptoKey>();
  for (const jwk of previous === undefined ? [current] : [current, previous]) {
    const { d: _private, ...publicJwk } = jwk;
    verifiers.set(await calculateJwkThumbprint(publicJwk), await importKey(publicJwk));
  }
  const [currentId] = verifiers.keys();
  if (currentId === undefined) throw new PayerHubError("INTERNAL", "loading the signing keys: there is none, one must exist");
  return { currentId, current: await importKey(current), verifiers };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new PayerHubError("INTERNAL", "loading a signing key: it is symmetric, it must be Ed25519");
  return key;
}

async function readJwk(path: string): Promise<JWK | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `reading the signing key "${path}"` });
    if (error.code === "NOT_FOUND") return undefined;
    throw error;
  }
  const parsed = privateJwkSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new PayerHubError("FAILED_PRECONDITION", `reading the signing key "${path}": it is malformed, it must be a private Ed25519 JWK`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function createJwk(folder: string): Promise<JWK> {
  const path = join(folder, CURRENT_FILE);
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { crv: "Ed25519", extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  const jwk = privateJwkSchema.parse({ kty, crv, x, d });
  const handle = await open(path, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(JSON.stringify(jwk));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(folder);
  return jwk;
}
