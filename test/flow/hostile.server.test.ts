import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { upConfigFrom } from "../../cli/config.ts";
import { refOf } from "../../cli/out-folder.ts";
import { startUp, type Up } from "../../cli/up.ts";
import { type HostileFile, hostileFiles } from "../../corpus/hostile.ts";
import { createIntakeClient } from "../../edge/intake-client.ts";
import { PayerHubError } from "../../runtime/error.ts";
import { createLogger } from "../../runtime/log.ts";
import { natsServerBinary } from "../servers/nats.ts";
import { temporaryFolder } from "../servers/server.ts";
import { eventually } from "./fault-rig.ts";

const SEED = 4_711;
const ENDS_DEADLINE_MS = 420_000;
/** The whole product runs in this process, with decoders in children; a bomb that got through would take gigabytes. */
const MAX_GROWTH_BYTES = 400 * 1024 * 1024;
const live = () => new AbortController().signal;

/** How a state is called in the hostile set's expectations. */
const OUTCOMES: Readonly<Record<string, string>> = {
  delivered: "auto",
  in_review: "review",
  quarantined: "quarantined",
  withheld: "withheld",
};

interface Submitted {
  readonly file: HostileFile;
  readonly documentId: string;
  readonly duplicate: boolean;
}

test("bad input ends in a typed answer or a state with a reason; its bytes stay; the process stays small", {
  timeout: 900_000,
}, async (t) => {
  await using home = await temporaryFolder();
  const config = upConfigFrom({ home: home.path, natsServerBinary: await natsServerBinary(), tenant: "acme" });
  const files = await hostileFiles(SEED);
  const up = await startUp(config, { log: createLogger({ level: "silent" }) }, live());
  // Declared after the folder, so that the product is gone before its files are.
  await using _running = { [Symbol.asyncDispose]: async () => await up.stop() };
  const before = process.memoryUsage().rss;
  const submitted = await submitAll(up, files);

  const ended = await eventually(async () => (await states(up, submitted)).every((state) => state in OUTCOMES), ENDS_DEADLINE_MS);
  const reached = await states(up, submitted);
  assert.ok(ended, `states: ${submitted.map(({ file }, index) => `${file.name} ${reached[index]}`).join(", ")}`);
  for (const [index, each] of submitted.entries()) {
    await t.test(`${each.file.name} ends as ${each.file.expect.join(" or ")}`, async () => {
      const outcome = each.duplicate ? "duplicate" : (OUTCOMES[reached[index] ?? ""] ?? "unknown");
      assert.ok((each.file.expect as readonly string[]).includes(outcome), `it ended as ${outcome}`);
      await assertKept(up, each);
    });
  }
  const growth = process.memoryUsage().rss - before;
  assert.ok(growth < MAX_GROWTH_BYTES, `resident memory grew by ${Math.round(growth / 1024 ** 2)} MB`);
});

async function submitAll(up: Up, files: readonly HostileFile[]): Promise<readonly Submitted[]> {
  const issued = await up.edge.tokens.issue({ clientId: "test", tenant: up.tenant, scopes: ["documents.write", "documents.read"] });
  const client = createIntakeClient({ address: `127.0.0.1:${up.edge.grpcPort}`, token: () => issued.accessToken });
  const submitted: Submitted[] = [];
  try {
    for (const file of files) {
      const chunks = (async function* () {
        yield await Promise.resolve(file.bytes);
      })();
      const sending = client.submitStream({ fileName: file.name, chunks });
      if (file.bytes.length === 0) {
        await assert.rejects(sending, (error) => error instanceof PayerHubError && error.code === "INVALID_ARGUMENT");
        continue;
      }
      const { documentId, duplicate } = await sending;
      submitted.push({ file, documentId, duplicate });
    }
  } finally {
    client.close();
  }
  return submitted;
}

async function states(up: Up, submitted: readonly Submitted[]): Promise<readonly string[]> {
  return await Promise.all(
    submitted.map(async ({ documentId }) => (await up.mesh.documents.get(up.tenant, documentId, live()))?.value.state ?? "unknown"),
  );
}

async function assertKept(up: Up, { file, documentId }: Submitted): Promise<void> {
  const record = (await up.mesh.documents.get(up.tenant, documentId, live()))?.value;
  assert.ok(record);
  const bytes = await up.mesh.objects.readBytes(up.tenant, refOf(record.original), live());
  assert.equal(createHash("sha256").update(bytes).digest("hex"), createHash("sha256").update(file.bytes).digest("hex"));
  if (record.state === "quarantined") assert.match(record.reasons?.[0] ?? "", /^[A-Z_]+: .{10,}/);
}
