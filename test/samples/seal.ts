import { createHmac } from "node:crypto";
import { createEnvelopeSeal } from "../../runtime/envelope-seal.ts";
import type { Seal } from "../../runtime/seal.ts";
import { systemWorld } from "../../runtime/world.ts";

/** The real envelope seal under a root key that is derived from a name: for the tests of the stages. */
export function sampleSeal(name = "sample"): Seal {
  const rootKey = createHmac("sha256", "payerhub tests").update(name).digest();
  return createEnvelopeSeal({ rootKey, keyId: `test-${name}`, world: systemWorld() });
}
