import { createHash, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { PayerHubError } from "../runtime/error.ts";
import type { World } from "../runtime/world.ts";

/** What a token may do. */
export const SCOPES = ["documents.write", "documents.read"] as const;

export type Scope = (typeof SCOPES)[number];

/** scrypt's cost for new hashes (RFC 7914): N = 2^14, r = 8, p = 1 takes about 16 MiB and 40 ms. */
const SCRYPT_COST = { N: 16_384, r: 8, p: 1 } as const;

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Longest secret looked at, in characters. */
const MAX_SECRET_LENGTH = 256;

const HASH_PATTERN = /^(?:sha256:[0-9a-f]{64}|scrypt:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43})$/;

/** One payer-site client. `sha256:<hex>` suits random secrets of 128 bits and more only; anything else takes `scrypt:`. */
export const clientSchema = z.strictObject({
  clientId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  tenant: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Made by `hashSecret`. */
  secretHash: z.string().regex(HASH_PATTERN),
});

export type EdgeClient = z.infer<typeof clientSchema>;

/** The closed set of clients that may ask for tokens. */
export interface Clients {
  /** Throws UNAUTHENTICATED; an unknown client takes as long as a wrong secret. */
  authenticate(clientId: string, secret: string): Promise<EdgeClient>;
}

export function createClients(clients: readonly EdgeClient[]): Clients {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  const decoy = `scrypt:${"A".repeat(22)}:${"A".repeat(43)}`;
  return {
    authenticate: async (clientId, secret) => {
      const client = byId.get(clientId);
      const matches = await secretMatches(secret, client?.secretHash ?? decoy);
      if (client === undefined || !matches) {
        throw new PayerHubError("UNAUTHENTICATED", "authenticating a client: the id or the secret is wrong, both must match");
      }
      return client;
    },
  };
}

/** The form in which a secret stands in the configuration: `scrypt:<salt>:<hash>`, both base64url. */
export async function hashSecret(secret: string, world: World): Promise<string> {
  const salt = Buffer.from(world.randomBytes(SALT_BYTES));
  return `scrypt:${salt.toString("base64url")}:${(await scryptHash(secret, salt)).toString("base64url")}`;
}

async function secretMatches(secret: string, expected: string): Promise<boolean> {
  if (secret.length > MAX_SECRET_LENGTH) return false;
  const [kind = "", first = "", second = ""] = expected.split(":");
  if (kind === "sha256") return timingSafeEqual(createHash("sha256").update(secret).digest(), Buffer.from(first, "hex"));
  const hash = await scryptHash(secret, Buffer.from(first, "base64url"));
  return timingSafeEqual(hash, Buffer.from(second, "base64url"));
}

const scryptAsync = promisify<string, Buffer, number, typeof SCRYPT_COST, Buffer>(scrypt);

async function scryptHash(secret: string, salt: Buffer): Promise<Buffer> {
  return await scryptAsync(secret, salt, HASH_BYTES, SCRYPT_COST);
}
