import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readTlsIdentity } from "../../runtime/tls-identity.ts";
import { systemWorld } from "../../runtime/world.ts";
import { createAuthority } from "../../test/servers/certificates.ts";
import type { CertificateFiles, TestAuthority } from "../../test/servers/certificates.ts";
import { temporaryFolder } from "../../test/servers/server.ts";
import { float32Tensor } from "../tensor.ts";
import { responseOf, startAnswering } from "./answering-server.ts";
import type { AnsweringServer } from "./answering-server.ts";
import { inferenceClientSchema } from "./config.ts";
import type { InferenceClientConfig } from "./config.ts";
import { openInference } from "./open-inference.ts";
import { createTritonClient } from "./triton.ts";

const { signal } = new AbortController();
const input = float32Tensor("x", [1], Float32Array.of(1));
const modelInfer = (_: unknown, answer: (error: null, response: ReturnType<typeof responseOf>) => void) => answer(null, responseOf());

const stack = new AsyncDisposableStack();
let folder: string;
let ours: TestAuthority;
let theirs: TestAuthority;
let serverFiles: CertificateFiles;
let server: AnsweringServer;
let strict: AnsweringServer;
before(async () => {
  folder = stack.use(await temporaryFolder()).path;
  [ours, theirs] = [await createAuthority(folder, "ours"), await createAuthority(folder, "theirs")];
  serverFiles = await ours.issue("server", ["localhost", "127.0.0.1", "triton.models.svc"]);
  server = stack.use(await startAnswering({ modelInfer, tls: readTlsIdentity(serverFiles) }));
  strict = stack.use(await startAnswering({ modelInfer, tls: readTlsIdentity({ ...serverFiles, caFile: ours.caFile }) }));
});
after(async () => await stack.disposeAsync());

const open = (address: string, tls: InferenceClientConfig["tls"]) =>
  openInference(address, { world: systemWorld(), onFailure: (error) => assert.fail(error), config: inferenceClientSchema.parse({ tls }) });

/** Infers and asks for the version, which go over connections of their own. */
async function ask(address: string, tls: InferenceClientConfig["tls"]): Promise<void> {
  const client = open(address, tls);
  try {
    await client.infer("m", [input], { signal, deadlineMs: 5_000 });
    await client.verify([], { signal, deadlineMs: 5_000 }).catch((error: unknown) => {
      // The answering server is older than any Triton; that it was read is enough.
      if (Reflect.get(Object(error), "code") !== "FAILED_PRECONDITION") throw error;
    });
  } finally {
    client.close();
  }
}

describe("a client that speaks TLS refuses", () => {
  it("a server whose certificate is from another authority, has ended, or has another name", async () => {
    const expired = readTlsIdentity(await ours.issue("expired", ["127.0.0.1"], { expired: true }));
    await using late = await startAnswering({ modelInfer, tls: expired });
    const elsewhere = readTlsIdentity(await ours.issue("elsewhere", ["elsewhere.test"]));
    await using other = await startAnswering({ modelInfer, tls: elsewhere });
    for (const [endpoint, caFile, code] of [
      [server.endpoint, theirs.caFile, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      [late.endpoint, ours.caFile, "CERT_HAS_EXPIRED"],
      [other.endpoint, ours.caFile, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ] as const) {
      await assert.rejects(ask(`tls:${endpoint}`, { caFile }), { code: "UNAVAILABLE", message: new RegExp(`refused with ${code}`) });
    }
    const client = createTritonClient({ endpoint: server.endpoint, tls: readTlsIdentity({ caFile: theirs.caFile }), deadlineMs: 1_000 });
    await assert.rejects(client.live({ signal }), { code: /UNAVAILABLE|DEADLINE_EXCEEDED/ });
    client.close();
  });

  it("a server whose authority the system does not know", async () => {
    await assert.rejects(ask(`tls:${server.endpoint}`, {}), { code: "UNAVAILABLE", message: /its certificate is refused/ });
  });

  it("a server that is to have another name than the address, and one without TLS", async () => {
    const named = { caFile: ours.caFile, serverName: "triton.others.svc" };
    await assert.rejects(ask(`tls:${server.endpoint}`, named), { message: /ERR_TLS_CERT_ALTNAME_INVALID/ });
    await using plain = await startAnswering({ modelInfer });
    await assert.rejects(ask(`tls:${plain.endpoint}`, { caFile: ours.caFile }), { code: "UNAVAILABLE" });
  });

  it("settings for TLS with a plain address, before anything is sent", () => {
    assert.throws(() => open(server.endpoint, { caFile: ours.caFile }), { code: "INVALID_ARGUMENT", message: /must begin with "tls:"/ });
    assert.throws(() => open(server.endpoint, { serverName: "localhost" }), { code: "INVALID_ARGUMENT" });
  });

  it("files that cannot be read or do not belong together, by their names", async () => {
    const [missing, words] = [join(folder, "missing.pem"), join(folder, "words.pem")];
    await writeFile(words, "no certificate\n");
    const stranger = await ours.issue("stranger", ["localhost"]);
    const address = `tls:${server.endpoint}`;
    for (const [tls, message] of [
      [{ caFile: missing }, /missing\.pem": the file cannot be read/],
      [{ caFile: words }, /words\.pem": they are no PEM certificates/],
      [{ certFile: words, keyFile: serverFiles.keyFile }, /words\.pem": it is no PEM certificate/],
      [
        { certFile: serverFiles.certFile, keyFile: stranger.keyFile },
        /stranger\.key\.pem": it is no PEM key or one of another certificate/,
      ],
    ] as const) {
      assert.throws(() => open(address, tls), { code: "INVALID_ARGUMENT", message });
    }
    assert.throws(() => inferenceClientSchema.parse({ tls: { certFile: words } }), /certificate and key/);
  });
});

describe("a server that asks for a certificate refuses", () => {
  it("a client without one, and one with another authority's", async () => {
    const foreign = await theirs.issue("foreign", ["client"]);
    for (const tls of [{ caFile: ours.caFile }, { caFile: ours.caFile, ...foreign }]) {
      await assert.rejects(ask(`tls:${strict.endpoint}`, tls), { code: "UNAVAILABLE" });
    }
  });
});

describe("a client that speaks TLS", () => {
  it("is answered by one server, a set and a name, each held to its own name", async () => {
    const trusted = { caFile: ours.caFile };
    await ask(`tls:${server.endpoint}`, trusted);
    await ask(`tls:${server.endpoint}`, { ...trusted, serverName: "triton.models.svc" });
    for (const address of [`tls:${server.endpoint}, localhost:${server.port}`, `tls:dns:localhost:${server.port}`]) {
      const client = open(address, trusted);
      for (let call = 0; call < 4; call += 1) assert.equal((await client.infer("m", [input], { signal })).length, 1, address);
      client.close();
    }
  });

  it("shows its own certificate where one is asked", async () => {
    const own = await ours.issue("mesh", ["client"]);
    await ask(`tls:${strict.endpoint}`, { caFile: ours.caFile, ...own });
  });
});
