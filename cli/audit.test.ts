import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openAuditLog } from "../mesh/privacy/audit-log.ts";
import { sampleSeal } from "../test/samples/seal.ts";
import { systemWorld } from "../runtime/world.ts";
import { auditVerify } from "./audit.ts";

const seal = sampleSeal();
const { signal } = new AbortController();

async function withLogs(names: readonly string[], run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "audit-cli-"));
  for (const name of names) {
    const log = await openAuditLog({ path: join(folder, name), seal, world: systemWorld(), signal });
    const parts = { tenant: "acme", actor: "person:ines", purpose: "COVERAGE", action: "review.show", resource: "document/doc_1" };
    for (const id of ["a", "b", "c"]) await log.append({ ...parts, id, body: Buffer.from(id) }, signal);
    await log.close();
  }
  await run(folder);
  await rm(folder, { recursive: true });
}

async function verify(folder: string, options: { readonly json?: boolean; readonly pinned?: string } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  return { exit: await auditVerify(io, { folder, seal, json: false, signal, ...options }), out, err };
}

test("intact logs of every writer exit 0", async () => {
  await withLogs(["audit.log", "desk.log"], async (folder) => {
    const { exit, out, err } = await verify(folder);
    assert.deepEqual([exit, err], [0, []]);
    assert.match(out.join("\n"), /^audit\.log: intact, 3 entries, last [0-9a-f]{16}\ndesk\.log: intact/);
    assert.equal(JSON.parse((await verify(folder, { json: true })).out[0] ?? "").entries, 3);
  });
});

test("one changed byte in one log exits 1 and names log and line", async () => {
  await withLogs(["audit.log", "desk.log"], async (folder) => {
    const path = join(folder, "desk.log");
    await writeFile(path, (await readFile(path, "utf8")).replace('"id":"b"', '"id":"x"'));
    const { exit, out, err } = await verify(folder);
    assert.equal(exit, 1);
    assert.match(out[1] ?? "", /desk\.log: BROKEN, 1 entries/);
    assert.match(err[0] ?? "", /desk\.log: line 2: a line was changed/);
  });
});

test("a pinned checkpoint is checked, and a malformed one is a usage error", async () => {
  await withLogs(["audit.log"], async (folder) => {
    const { hash } = JSON.parse((await readFile(join(folder, "audit.log"), "utf8")).trimEnd().split("\n").at(-1) ?? "");
    assert.equal((await verify(folder, { pinned: `3:${hash}` })).exit, 0);
    assert.equal((await verify(folder, { pinned: `4:${hash}` })).exit, 1);
    assert.equal((await verify(folder, { pinned: "3" })).exit, 2);
  });
});

test("no log and no folder exit 3", async () => {
  await withLogs([], async (folder) => {
    assert.equal((await verify(folder)).exit, 3);
    await mkdir(join(folder, "sub"));
    assert.equal((await verify(join(folder, "none"))).exit, 3);
  });
});
