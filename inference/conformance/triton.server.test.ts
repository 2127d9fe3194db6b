import { after, before } from "node:test";
import { startKitTriton } from "../../test/servers/conformance-kit.ts";
import type { Triton } from "../../test/servers/triton.ts";
import { runVectors } from "./run-vectors.ts";

let triton: Triton;
before(async () => {
  triton = await startKitTriton();
});
after(async () => await triton[Symbol.asyncDispose]());

runVectors("triton", () => triton.endpoint);
