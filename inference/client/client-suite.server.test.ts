import { after, before } from "node:test";
import { temporaryFolder } from "../../test/servers/server.ts";
import { startTriton } from "../../test/servers/triton.ts";
import type { Triton } from "../../test/servers/triton.ts";
import { writeKitRepository } from "../conformance/models.ts";
import { clientSuite, SUITE_MODELS } from "./client-suite.ts";

let triton: Triton;
before(async () => {
  await using folder = await temporaryFolder();
  await writeKitRepository(folder.path, "identity");
  triton = await startTriton({ repository: folder.path, models: SUITE_MODELS });
});
after(async () => await triton[Symbol.asyncDispose]());

clientSuite("real Triton", () => triton.endpoint);
