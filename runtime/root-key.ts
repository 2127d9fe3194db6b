import { link, mkdir, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder, writeDurably } from "./durable-file.ts";
import { PayerHubError } from "./error.ts";
import { KEY_BYTES } from "./seal-keys.ts";
import { systemWorld } from "./world.ts";
import type { World } from "./world.ts";

/** Bits that let anyone but the owner at the file. */
const OTHERS = 0o077;

/**
 * The root key of an embedded installation: 32 random bytes in a file that only its owner may read. Made on the first
 * call, durable before it is returned; processes that start together get the same key.
 *
 * Throws FAILED_PRECONDITION when the file has another length or may be read by others.
 */
export async function loadOrCreateRootKey(path: string, world: Pick<World, "randomBytes" | "uuid"> = systemWorld()): Promise<Uint8Array> {
  const existing = await read(path);
  if (existing !== undefined) return existing;
  await mkdir(dirname(path), { recursive: true });
  await create(path, world);
  const made = await read(path);
  if (made === undefined) throw new PayerHubError("INTERNAL", "create the root key: the file is gone, it must stay");
  return made;
}

async function read(path: string): Promise<Uint8Array | undefined> {
  const key = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw PayerHubError.from(error, { attempted: "read the root key" });
  });
  if (key === undefined) return undefined;
  if (key.length !== KEY_BYTES) {
    throw new PayerHubError("FAILED_PRECONDITION", `read the root key: the file has ${key.length} bytes, it must have ${KEY_BYTES}`);
  }
  if (((await stat(path)).mode & OTHERS) !== 0) {
    throw new PayerHubError("FAILED_PRECONDITION", "read the root key: others may read the file, it must have mode 0600");
  }
  return new Uint8Array(key);
}

/** The link makes a complete file appear at once and loses to a process that was faster. */
async function create(path: string, world: Pick<World, "randomBytes" | "uuid">): Promise<void> {
  const temporary = `${path}.${world.uuid()}`;
  try {
    await writeDurably(temporary, [world.randomBytes(KEY_BYTES)]);
    await link(temporary, path).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
    await syncFolder(dirname(path));
  } catch (error) {
    throw PayerHubError.from(error, { attempted: "create the root key" });
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}
