import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { type EdgeClient, hashSecret } from "../edge/clients.ts";
import { PayerHubError } from "../runtime/error.ts";
import type { World } from "../runtime/world.ts";

const SECRET_BYTES = 24;

const credentials = z.strictObject({ clientId: z.string(), clientSecret: z.string() });

/** What a program on this machine logs in with. */
export type Credentials = z.infer<typeof credentials>;

/**
 * The one client of the embedded gateway, so that a new user can call the API at once: made on the first start, kept in a
 * file that only the user can read. A deployment configures clients with hashed secrets instead.
 */
export async function loadOrCreateDemoClient(
  path: string,
  tenant: string,
  world: World,
): Promise<{ readonly credentials: Credentials; readonly client: EdgeClient }> {
  const known = (await load(path)) ?? (await create(path, world));
  const client: EdgeClient = {
    clientId: known.clientId,
    tenant,
    scopes: ["documents.write", "documents.read"],
    secretHash: await hashSecret(known.clientSecret, world),
  };
  return { credentials: known, client };
}

async function load(path: string): Promise<Credentials | undefined> {
  const text = await readFile(path, "utf8").catch((caught: unknown) => {
    if (PayerHubError.from(caught, { attempted: "reading the demo client" }).code === "NOT_FOUND") return undefined;
    throw caught;
  });
  if (text === undefined) return undefined;
  try {
    return credentials.parse(JSON.parse(text));
  } catch (caught) {
    throw new PayerHubError("DATA_LOSS", `reading the demo client "${path}": it is no such file, delete it to get a new one`, {
      cause: caught,
    });
  }
}

async function create(path: string, world: World): Promise<Credentials> {
  const made: Credentials = { clientId: "demo", clientSecret: Buffer.from(world.randomBytes(SECRET_BYTES)).toString("base64url") };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, `${JSON.stringify(made)}\n`, { mode: 0o600, flag: "wx" });
  return made;
}
