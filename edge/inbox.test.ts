import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFile, chmod, mkdir, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { PayerHubError } from "../runtime/error.ts";
import { startTestEdge, type TestEdge } from "../test/servers/edge.ts";
import { temporaryFolder } from "../test/servers/server.ts";
import type { InboxConfig, InboxListener } from "./inbox.ts";

interface Seen extends InboxListener {
  readonly accepted: { readonly documentId: string; readonly fileName: string; readonly duplicate: boolean; readonly resumed: boolean }[];
  readonly refused: { readonly fileName: string; readonly code: string }[];
}

function listen(): Seen {
  const accepted: Seen["accepted"] = [];
  const refused: Seen["refused"] = [];
  return {
    accepted,
    refused,
    onAccepted: (event) => void accepted.push(event),
    onRefused: (fileName: string, error: PayerHubError) => void refused.push({ fileName, code: error.code }),
  };
}

async function watching(
  folder: string,
  seen: Seen,
  change: { readonly inbox?: Partial<InboxConfig>; readonly maxBytes?: number; readonly state?: string } = {},
): Promise<TestEdge> {
  const inbox = { folder: join(folder, "in"), tenant: "acme", sender: "folder", pollMs: 50, settleMs: 30, ...change.inbox };
  await mkdir(inbox.folder, { recursive: true });
  const limits = change.maxBytes === undefined ? {} : { limits: { maxBytes: change.maxBytes } };
  return await startTestEdge(
    { inbox, ...limits },
    { inboxListener: seen, ...(change.state === undefined ? {} : { folder: change.state }) },
  );
}

async function until(condition: () => boolean): Promise<void> {
  const end = AbortSignal.timeout(20_000);
  while (!condition()) await delay(5, undefined, { signal: end });
}

const names = (seen: Seen) => seen.accepted.map(({ fileName }) => fileName).toSorted();

test("files that are there and files that appear are submitted with name and sender, sources stay", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in", "sub", "deeper"), { recursive: true });
  await writeFile(join(folder.path, "in", "a.pdf"), randomBytes(100));
  await writeFile(join(folder.path, "in", "sub", "deeper", "b.tif"), randomBytes(100));
  const seen = listen();
  await using edge = await watching(folder.path, seen);
  await until(() => seen.accepted.length === 2);
  await edge.edge.inbox?.settled;
  await writeFile(join(folder.path, "in", "sub", "c.png"), randomBytes(100));
  await writeFile(join(folder.path, "outside"), randomBytes(100));
  await rename(join(folder.path, "outside"), join(folder.path, "in", "d.jpg"));
  await until(() => seen.accepted.length === 4);
  assert.deepEqual(names(seen), ["a.pdf", "d.jpg", "sub/c.png", "sub/deeper/b.tif"]);
  assert.equal(
    seen.accepted.every(({ duplicate, resumed }) => !duplicate && !resumed),
    true,
  );
  assert.deepEqual((await readdir(join(folder.path, "in"))).toSorted(), ["a.pdf", "d.jpg", "sub"]);
});

test("unfinished, hidden and linked files are left alone", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in", ".hidden"), { recursive: true });
  for (const name of ["a.pdf.tmp", "b.part", "c.crdownload", ".d.pdf", "~e.pdf", "f.pdf~", ".hidden/g.pdf"]) {
    await writeFile(join(folder.path, "in", name), randomBytes(10));
  }
  await writeFile(join(folder.path, "secret"), "not for the hub");
  await symlink(join(folder.path, "secret"), join(folder.path, "in", "link.pdf"));
  await writeFile(join(folder.path, "in", "real.pdf"), randomBytes(10));
  const seen = listen();
  await using edge = await watching(folder.path, seen);
  await edge.edge.inbox?.settled;
  await delay(150);
  assert.deepEqual(names(seen), ["real.pdf"]);
});

test("a file that is still being written is submitted once, whole", async () => {
  await using folder = await temporaryFolder();
  const seen = listen();
  await using edge = await watching(folder.path, seen, { inbox: { settleMs: 200 } });
  const path = join(folder.path, "in", "slow.pdf");
  for (let part = 0; part < 8; part += 1) {
    await appendFile(path, randomBytes(1_000));
    await delay(40);
  }
  await until(() => seen.accepted.length > 0 && edge.edge.spoolSize() === 0);
  assert.equal(seen.accepted.length, 1);
  assert.equal(edge.mesh.received.length, 1);
  const whole = await edge.client.submitFile(path);
  assert.deepEqual([whole.documentId, whole.duplicate], [seen.accepted[0]?.documentId, true]);
});

test("a second start resumes: every file is reported once with its document, none is submitted again", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  await writeFile(join(folder.path, "in", "a.pdf"), randomBytes(100));
  await writeFile(join(folder.path, "in", "empty.pdf"), "");
  const state = join(folder.path, "state");
  const first = listen();
  {
    await using edge = await watching(folder.path, first, { state });
    await edge.edge.inbox?.settled;
    await until(() => edge.edge.spoolSize() === 0);
  }
  const second = listen();
  await using edge = await watching(folder.path, second, { state });
  await edge.edge.inbox?.settled;
  assert.deepEqual(second.accepted, [{ documentId: first.accepted[0]?.documentId, fileName: "a.pdf", duplicate: true, resumed: true }]);
  assert.deepEqual(second.refused, first.refused);
  assert.deepEqual(second.refused, [{ fileName: "empty.pdf", code: "INVALID_ARGUMENT" }]);
  assert.equal(edge.mesh.received.length, 0);
  await writeFile(join(folder.path, "in", "a.pdf"), randomBytes(101));
  await until(() => second.accepted.length === 2);
  assert.equal(second.accepted[1]?.resumed, false);
});

test("the journal holds no file names", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  await writeFile(join(folder.path, "in", "Jane Doe denial.pdf"), randomBytes(100));
  const state = join(folder.path, "state");
  {
    await using edge = await watching(folder.path, listen(), { state });
    await edge.edge.inbox?.settled;
  }
  const journal = await readFile(join(state, "edge", "inbox", "inbox.journal"), "utf8");
  assert.match(journal, /^[0-9a-f]{32} accepted doc_[0-9a-z]{26}\n$/);
});

test("a lost journal does no harm: the same document answers", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  await writeFile(join(folder.path, "in", "a.pdf"), randomBytes(100));
  const state = join(folder.path, "state");
  const first = listen();
  {
    await using edge = await watching(folder.path, first, { state });
    await edge.edge.inbox?.settled;
  }
  await writeFile(join(state, "edge", "inbox", "inbox.journal"), "garbage\n\n x y z\n");
  const second = listen();
  await using edge = await watching(folder.path, second, { state });
  await edge.edge.inbox?.settled;
  assert.deepEqual(second.accepted, [{ documentId: first.accepted[0]?.documentId, fileName: "a.pdf", duplicate: true, resumed: false }]);
});

test("empty and too large files are refused once and do not hold the others back", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  await writeFile(join(folder.path, "in", "empty.pdf"), "");
  await writeFile(join(folder.path, "in", "large.pdf"), randomBytes(2_000));
  await writeFile(join(folder.path, "in", "x.pdf"), randomBytes(1_000));
  const seen = listen();
  await using edge = await watching(folder.path, seen, { maxBytes: 1_000 });
  await edge.edge.inbox?.settled;
  await delay(200);
  assert.deepEqual(names(seen), ["x.pdf"]);
  assert.deepEqual(
    seen.refused.toSorted((a, b) => a.fileName.localeCompare(b.fileName)),
    [
      { fileName: "empty.pdf", code: "INVALID_ARGUMENT" },
      { fileName: "large.pdf", code: "RESOURCE_EXHAUSTED" },
    ],
  );
});

test("accepted sources can be deleted or moved under the document's id", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in", "sub"), { recursive: true });
  await writeFile(join(folder.path, "in", "sub", "a.pdf"), randomBytes(100));
  const seen = listen();
  const done = join(folder.path, "done");
  {
    await using edge = await watching(folder.path, seen, { inbox: { afterAccept: { do: "move", folder: done } } });
    await edge.edge.inbox?.settled;
  }
  assert.deepEqual(await readdir(done), [`${seen.accepted[0]?.documentId}.pdf`]);
  await writeFile(join(folder.path, "in", "sub", "b.pdf"), randomBytes(100));
  {
    await using edge = await watching(folder.path, listen(), { inbox: { afterAccept: { do: "delete" } } });
    await edge.edge.inbox?.settled;
  }
  assert.deepEqual(await readdir(join(folder.path, "in", "sub")), []);
});

test("files wait while the spool is full and go when it has room", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  for (const name of ["a", "b", "c"]) await writeFile(join(folder.path, "in", `${name}.pdf`), randomBytes(100));
  const seen = listen();
  const inbox = { folder: join(folder.path, "in"), tenant: "acme", pollMs: 50, settleMs: 30 };
  await using edge = await startTestEdge({ inbox, limits: { maxSpoolEntries: 1 } }, { inboxListener: seen });
  edge.mesh.answers = false;
  await until(() => seen.accepted.length >= 1);
  await delay(100);
  edge.mesh.answers = true;
  await until(() => seen.accepted.length === 3);
  assert.deepEqual(seen.refused, []);
});

test("an unreadable file is reported and does not hold the others back", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "in"));
  await writeFile(join(folder.path, "in", "a.pdf"), randomBytes(10));
  await writeFile(join(folder.path, "in", "b.pdf"), randomBytes(10));
  await chmod(join(folder.path, "in", "a.pdf"), 0);
  const seen = listen();
  await using edge = await watching(folder.path, seen);
  await edge.edge.inbox?.settled;
  assert.ok(names(seen).includes("b.pdf"));
  assert.equal(seen.accepted.length + seen.refused.length, 2);
});
