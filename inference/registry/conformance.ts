import { after, before, describe } from "node:test";
import { systemWorld } from "../../runtime/world.ts";
import { channelConformance } from "./conformance-channel.ts";
import { inputConformance } from "./conformance-input.ts";
import type { RegistryStorage, RegistrySuite } from "./conformance-kit.ts";
import { pullConformance, verifyConformance } from "./conformance-pull.ts";
import { disturbedPushConformance, pushConformance } from "./conformance-push.ts";

interface Given {
  open(): Promise<RegistryStorage>;
  temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }>;
}

/** The promises of the registry over any object store. */
export function registryConformance(name: string, given: Given): void {
  describe(`model registry over ${name}`, () => {
    const stack = new AsyncDisposableStack();
    let storage: RegistryStorage;
    before(async () => {
      storage = stack.use(await given.open());
    });
    after(async () => await stack.disposeAsync());
    const get = (): RegistrySuite => ({
      registry: { objects: storage.objects, world: systemWorld() },
      storage,
      fresh: async () => stack.use(await given.temporaryFolder()).path,
    });
    describe("bad input", () => inputConformance(get));
    describe("push", () => pushConformance(get));
    describe("push that is disturbed", () => disturbedPushConformance(get));
    describe("pull", () => pullConformance(get));
    describe("verify", () => verifyConformance(get));
    describe("channels", () => channelConformance(get));
  });
}
