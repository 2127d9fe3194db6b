import { link, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import { syncFolder, writeDurably } from "../runtime/durable-file.ts";

/** EdDSA over Ed25519 (RFC 8037): small keys, and no parameter that a token could weaken. */
export const SIGNING_ALGORITHM = "EdDSA";

/** Signs new tokens. */
const CURRENT_FILE = "signing.jwk";

/** Optional: the key before the last rotation; its tokens stay valid until they expire. */
const PREVIOUS_FILE = "previous.jwk";

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

/** Complete before its name appears; when two processes start together, the first one's key counts. */
async function createJwk(folder: string): Promise<JWK> {
  const path = join(folder, CURRENT_FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { crv: "Ed25519", extractable: true });
  const { kty, crv, x, d } = await exportJWK(privateKey);
  await rm(temporary, { force: true });
  await writeDurably(temporary, [Buffer.from(JSON.stringify({ kty, crv, x, d }))]);
  try {
    await link(temporary, path);
  } catch (caught) {
    const error = PayerHubError.from(caught, { attempted: `creating the signing key "${path}"` });
    if (error.code !== "ALREADY_EXISTS") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
  const created = await readJwk(path);
  if (created === undefined) throw new PayerHubError("ABORTED", `creating the signing key "${path}": it is gone again, it must stay`);
  return created;
}
