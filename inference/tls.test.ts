import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, it } from "node:test";
import { createLogger } from "../runtime/log.ts";
import { readTlsIdentity } from "../runtime/tls-identity.ts";
import { createAuthority } from "../test/servers/certificates.ts";
import type { CertificateFiles, TestAuthority } from "../test/servers/certificates.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import { createTritonClient } from "./client/triton.ts";
import { inferenceConfigSchema } from "./config.ts";
import { writeKitRepository } from "./conformance/models.ts";
import { startInference } from "./start.ts";
import type { InferenceHandle } from "./start.ts";
import { float32Tensor } from "./tensor.ts";

const { signal } = new AbortController();
const call = { signal, deadlineMs: 5_000 };
const log = createLogger({ level: "silent" });

const stack = new AsyncDisposableStack();
let authority: TestAuthority;
let own: CertificateFiles;
let server: InferenceHandle;
before(async () => {
  const { path } = stack.use(await temporaryFolder());
  authority = await createAuthority(path);
  own = await authority.issue("server", ["127.0.0.1"]);
  await writeKitRepository(path, "identity");
  const tls = { ...own, caFile: authority.caFile };
  server = await startInference(
    inferenceConfigSchema.parse({ repository: path, models: ["echo"], tls, logLevel: "silent" }),
    { log },
    signal,
  );
  stack.defer(async () => await server.stop());
});
after(async () => await stack.disposeAsync());

it("a server with a key of another certificate does not start", async () => {
  const { keyFile } = await authority.issue("other", ["127.0.0.1"]);
  const config = inferenceConfigSchema.parse({ tls: { ...own, keyFile }, logLevel: "silent" });
  await assert.rejects(startInference(config, { log }, signal), { code: "INVALID_ARGUMENT", message: /other\.key\.pem/ });
});

it("a client that speaks plainly, or has no certificate, is not answered", async () => {
  for (const tls of [{}, { tls: readTlsIdentity({ caFile: authority.caFile }) }]) {
    const client = createTritonClient({ endpoint: server.endpoint, ...tls });
    await assert.rejects(client.infer("echo", [float32Tensor("INPUT0", [1, 1], Float32Array.of(1))], call), { code: "UNAVAILABLE" });
    client.close();
  }
});

it("a client with a certificate is answered, in small and in large", async () => {
  const tls = readTlsIdentity({ ...(await authority.issue("client", ["client"])), caFile: authority.caFile });
  const client = createTritonClient({ endpoint: server.endpoint, minimumVersion: "0", tls });
  assert.equal(await client.ready(call), true);
  for (const count of [1, 2_000_000]) {
    const values = Float32Array.from({ length: count }, (_, index) => index);
    const [output] = await client.infer("echo", [float32Tensor("INPUT0", [1, count], values)], call);
    assert.equal(Buffer.compare(output?.data ?? new Uint8Array(), new Uint8Array(values.buffer)), 0);
  }
  client.close();
});

it("a connection that never shakes hands does not hold the server's end", async () => {
  const { path } = stack.use(await temporaryFolder());
  await writeKitRepository(path, "identity");
  const config = inferenceConfigSchema.parse({ repository: path, models: [], tls: own, logLevel: "silent" });
  const short = await startInference(config, { log }, signal);
  const socket = connect(short.port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  socket.on("error", () => {});
  await short.stop();
  await closed;
});
