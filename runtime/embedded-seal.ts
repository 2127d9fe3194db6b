import { join } from "node:path";
import { createEnvelopeSeal } from "./envelope-seal.ts";
import { loadOrCreateRootKey } from "./root-key.ts";
import type { Seal } from "./seal.ts";
import type { World } from "./world.ts";

const KEY_FILE = "root.key";

/** Names the key in every value that it sealed. */
const KEY_ID = "root-1";

/**
 * The seal of an embedded installation: its root key lies in the home folder and is made on the first call. Edge and mesh
 * of one installation open each other's values because both come here.
 */
export async function openEmbeddedSeal(home: string, world: World): Promise<Seal> {
  return createEnvelopeSeal({ rootKey: await loadOrCreateRootKey(join(home, KEY_FILE), world), keyId: KEY_ID, world });
}
