import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, open, readFile, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PayerHubError } from "../../runtime/error.ts";
import { systemWorld } from "../../runtime/world.ts";
import { sampleSeal } from "../../test/samples/seal.ts";
import type { AuditEntryInput } from "../audit-trail.ts";
import { type AuditFile, type AuditLog, openAuditLog } from "./audit-log.ts";
import { verifyAudit } from "./verify-audit.ts";

const seal = sampleSeal();
const world = systemWorld();
const { signal } = new AbortController();

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const made = await mkdtemp(join(tmpdir(), "audit-"));
  return { path: join(made, "audit.ndjson"), [Symbol.asyncDispose]: async () => await rm(made, { recursive: true }) };
}

function entry(id: string, body = "body"): AuditEntryInput {
  return {
    id,
    tenant: "acme",
    actor: "service:release",
    purpose: "COVERAGE",
    action: "disclosure.permitted",
    resource: `document/${id}`,
    body: Buffer.from(body),
  };
}

async function openAt(path: string, openFile?: (path: string) => Promise<AuditFile>): Promise<AuditLog> {
  return await openAuditLog({ path, seal, world, signal, ...(openFile === undefined ? {} : { openFile }) });
}

async function written(path: string, count: number): Promise<void> {
  const log = await openAt(path);
  await Promise.all(Array.from({ length: count }, async (_, index) => await log.append(entry(`e${index}`), signal)));
  await log.close();
}

const code = (wanted: string) => (caught: unknown) => caught instanceof PayerHubError && caught.code === wanted;

test("entries are chained, durable when the append resolves, and hold no body", async () => {
  await using made = await folder();
  const log = await openAt(made.path);
  assert.deepEqual(await log.append(entry("a", "Maren Okafor"), signal), { id: "a", seq: 1 });
  const text = await readFile(made.path, "utf8");
  assert.doesNotMatch(text, /Maren/);
  assert.equal(JSON.parse(text).id, "a");
  await log.append(entry("b"), signal);
  await log.close();
  assert.deepEqual({ ...(await verifyAudit(made.path, { signal, seal })), hash: "" }, { ok: true, entries: 2, hash: "", faults: [] });
});

test("the body digest is keyed: the same body under other keys reads otherwise", async () => {
  await using made = await folder();
  await using other = await folder();
  await written(made.path, 1);
  const log = await openAuditLog({ path: other.path, seal: sampleSeal("other"), world, signal });
  await log.append(entry("e0"), signal);
  await log.close();
  assert.notEqual(JSON.parse(await readFile(made.path, "utf8")).body, JSON.parse(await readFile(other.path, "utf8")).body);
});

test("a second append of an id answers with the first, at once, at the same time and after opening again", async () => {
  await using made = await folder();
  const log = await openAt(made.path);
  const both = await Promise.all([log.append(entry("a"), signal), log.append(entry("a"), signal)]);
  assert.deepEqual(both, [
    { id: "a", seq: 1 },
    { id: "a", seq: 1 },
  ]);
  await log.append(entry("b"), signal);
  await log.close();
  const again = await openAt(made.path);
  assert.deepEqual(await again.append(entry("a"), signal), { id: "a", seq: 1 });
  assert.deepEqual(await again.append(entry("c"), signal), { id: "c", seq: 3 });
  await again.close();
  assert.equal((await readFile(made.path, "utf8")).trim().split("\n").length, 3);
});

test("concurrent appends share a group: far fewer syncs than entries", async () => {
  await using made = await folder();
  let syncs = 0;
  const log = await openAt(made.path, async (path) => {
    const file = await open(path, "w+");
    return {
      write: async (bytes, offset, length, position) => await file.write(bytes, offset, length, position),
      datasync: async () => {
        syncs += 1;
        await file.datasync();
      },
      truncate: async (length) => await file.truncate(length),
      stat: async () => await file.stat(),
      close: async () => await file.close(),
    };
  });
  const receipts = await Promise.all(Array.from({ length: 1000 }, async (_, index) => await log.append(entry(`e${index}`), signal)));
  await log.close();
  assert.deepEqual(
    receipts.map(({ seq }) => seq),
    Array.from({ length: 1000 }, (_, index) => index + 1),
  );
  assert.ok(syncs <= 10, `${syncs} syncs`);
  assert.equal((await verifyAudit(made.path, { signal, seal })).entries, 1000);
});

test("what is no id or code is refused before it is written", async () => {
  await using made = await folder();
  const log = await openAt(made.path);
  for (const change of [{ actor: "Maren Okafor" }, { resource: "" }, { purpose: "x".repeat(201) }, { action: "a\nb" }, { id: "ü" }]) {
    await assert.rejects(log.append({ ...entry("a"), ...change }, signal), code("INVALID_ARGUMENT"));
  }
  await log.close();
  assert.equal(await readFile(made.path, "utf8"), "");
});

test("one writer at a time: of many that open at once, one gets the log", async () => {
  await using made = await folder();
  const opened = await Promise.allSettled(Array.from({ length: 8 }, async () => await openAt(made.path)));
  const logs = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  assert.equal(logs.length, 1);
  for (const result of opened) assert.ok(result.status === "fulfilled" || code("FAILED_PRECONDITION")(result.reason));
  await logs[0]?.close();
  await (await openAt(made.path)).close();
});

/** Holds the log of `process.argv[1]` until it is killed. */
const HOLDER = `
import { openAuditLog } from "${new URL("audit-log.ts", import.meta.url).href}";
import { sampleSeal } from "${new URL("../../test/samples/seal.ts", import.meta.url).href}";
import { systemWorld } from "${new URL("../../runtime/world.ts", import.meta.url).href}";
await openAuditLog({ path: process.argv[1], seal: sampleSeal(), world: systemWorld(), signal: new AbortController().signal });
process.stdout.write("held");
setInterval(() => {}, 60_000);
`;

test("another process's lock holds while it lives and is gone when it is killed", async () => {
  await using made = await folder();
  const child = spawn(process.execPath, ["--input-type=module", "-e", HOLDER, made.path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await assert.rejects(openAt(made.path), code("FAILED_PRECONDITION"));
  child.kill("SIGKILL");
  await once(child, "exit");
  const log = await openAt(made.path);
  await log.append(entry("a"), signal);
  await log.close();
});

test("a torn tail is cut off at opening, whatever byte it was torn at", async () => {
  await using made = await folder();
  await written(made.path, 3);
  const whole = await readFile(made.path, "utf8");
  const line = whole.slice(whole.lastIndexOf("{"));
  for (let cut = 1; cut < line.length; cut += 7) {
    await appendFile(made.path, `${line.slice(0, cut)}`);
    const log = await openAt(made.path);
    assert.equal(log.repairedBytes, cut);
    await log.close();
    assert.equal(await readFile(made.path, "utf8"), whole);
  }
  await appendFile(made.path, Buffer.alloc(9000));
  const log = await openAt(made.path);
  assert.equal((await log.append(entry("next"), signal)).seq, 4);
  await log.close();
  assert.ok((await verifyAudit(made.path, { signal, seal })).ok);
});

test("a log that was cut or changed is not opened for writing", async () => {
  await using made = await folder();
  await written(made.path, 20);
  const text = await readFile(made.path, "utf8");
  await truncate(made.path, text.lastIndexOf("{"));
  await assert.rejects(openAt(made.path), code("DATA_LOSS"));
  await writeFile(made.path, text.replace("COVERAGE", "TREAT"));
  await assert.rejects(openAt(made.path), code("DATA_LOSS"));
  await writeFile(made.path, text);
  await (await openAt(made.path)).close();
});

/** A file whose next write or sync fails as told. */
function faulty(fail: { write?: "ENOSPC" | undefined; sync?: boolean; gone?: boolean }): (path: string) => Promise<AuditFile> {
  return async (path) => {
    const file = await open(path, "w+");
    return {
      write: async (bytes, offset, length, position) => {
        if (fail.write === undefined) return await file.write(bytes, offset, length, position);
        await file.write(bytes, offset, Math.floor(length / 2), position);
        throw Object.assign(new Error("no space left on device"), { code: fail.write });
      },
      datasync: async () => {
        if (fail.sync === true) throw new Error("input/output error");
        await file.datasync();
      },
      truncate: async (length) => await file.truncate(length),
      stat: async () => (fail.gone === true ? { nlink: 0 } : await file.stat()),
      close: async () => await file.close(),
    };
  };
}

test("a full disk refuses the append, leaves the log whole, and the same id succeeds later", async () => {
  await using made = await folder();
  const fail: { write?: "ENOSPC" | undefined } = {};
  const log = await openAt(made.path, faulty(fail));
  await log.append(entry("a"), signal);
  fail.write = "ENOSPC";
  await assert.rejects(log.append(entry("b"), signal), code("UNAVAILABLE"));
  fail.write = undefined;
  assert.deepEqual(await log.append(entry("b"), signal), { id: "b", seq: 2 });
  await log.close();
  assert.deepEqual((await verifyAudit(made.path, { signal, seal })).faults, []);
});

test("after a failed sync, or when the file is gone, nothing more is acknowledged", async () => {
  for (const fault of [{ sync: true }, { gone: true }]) {
    await using made = await folder();
    const fail: { sync?: boolean; gone?: boolean } = {};
    const log = await openAt(made.path, faulty(fail));
    await log.append(entry("a"), signal);
    Object.assign(fail, fault);
    await assert.rejects(log.append(entry("b"), signal), code("UNAVAILABLE"));
    Object.assign(fail, { sync: false, gone: false });
    await assert.rejects(log.append(entry("c"), signal), code("UNAVAILABLE"));
    await log.close();
  }
});

test("a removed file is noticed at the next append", async () => {
  await using made = await folder();
  const log = await openAt(made.path);
  await log.append(entry("a"), signal);
  await unlink(made.path);
  await assert.rejects(log.append(entry("b"), signal), code("UNAVAILABLE"));
  await log.close();
});

test("an aborted caller stops waiting; a closed log refuses", async () => {
  await using made = await folder();
  const log = await openAt(made.path);
  await assert.rejects(log.append(entry("a"), AbortSignal.abort()), { name: "AbortError" });
  await log.close();
  await log.close();
  await assert.rejects(log.append(entry("b"), signal), code("UNAVAILABLE"));
});
