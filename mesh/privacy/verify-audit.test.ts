import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { systemWorld } from "../../runtime/world.ts";
import { sampleSeal } from "../../test/samples/seal.ts";
import { chainEntry, decodeEntry, encodeEntry } from "./audit-entry.ts";
import { openAuditLog } from "./audit-log.ts";
import { verifyAudit } from "./verify-audit.ts";

const ENTRIES = 60;
const seal = sampleSeal();
const { signal } = new AbortController();
let home = "";
let lines: readonly string[] = [];

before(async () => {
  home = await mkdtemp(join(tmpdir(), "verify-"));
  const log = await openAuditLog({ path: join(home, "good"), seal, world: systemWorld(), signal });
  for (let index = 0; index < ENTRIES; index += 1) {
    const parts = { tenant: "acme", actor: "reviewer:17", purpose: "COVERAGE", action: "review.show", resource: `document/${index}` };
    await log.append({ ...parts, id: `e${index}`, body: Buffer.from(String(index)) }, signal);
  }
  await log.close();
  lines = (await readFile(join(home, "good"), "utf8")).trimEnd().split("\n");
});
after(async () => await rm(home, { recursive: true }));

async function verdictOf(changed: readonly string[], options: { readonly seal?: typeof seal } = { seal }) {
  const path = join(home, "tampered");
  await writeFile(path, changed.map((line) => `${line}\n`).join(""));
  await copyFile(join(home, "good.checkpoint"), `${path}.checkpoint`);
  return await verifyAudit(path, { signal, ...options });
}

/** Chains all lines anew, as one who can write the file but has no keys would. */
function rechained(changed: readonly string[]): readonly string[] {
  let prev = decodeEntry(lines[0] ?? "")?.prev ?? "";
  return changed.map((line, index) => {
    const { hash: _hash, ...parts } = JSON.parse(line);
    const entry = chainEntry({ ...parts, seq: index + 1, prev });
    prev = entry.hash;
    return encodeEntry(entry);
  });
}

const at = fc.nat(ENTRIES - 1);
const tampering = fc.oneof(
  fc.record({ kind: fc.constant("edit" as const), at, byte: fc.nat(10_000), to: fc.integer({ min: 32, max: 126 }) }),
  fc.record({ kind: fc.constant("drop" as const), at, count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("swap" as const), at, with: at }),
  fc.record({ kind: fc.constant("truncate" as const), at }),
  fc.record({ kind: fc.constant("double" as const), at }),
  fc.record({ kind: fc.constant("rewrite" as const), at, actor: fc.stringMatching(/^[a-z]{1,12}$/) }),
  fc.record({ kind: fc.constant("fork" as const), at }),
);
type Tampering = typeof tampering extends fc.Arbitrary<infer T> ? T : never;

function apply(plan: Tampering): readonly string[] {
  const copy = [...lines];
  const line = copy[plan.at] ?? "";
  if (plan.kind === "edit") {
    const place = plan.byte % line.length;
    copy[plan.at] = line.slice(0, place) + String.fromCharCode(plan.to) + line.slice(place + 1);
  } else if (plan.kind === "drop") copy.splice(plan.at, plan.count);
  else if (plan.kind === "swap") [copy[plan.at], copy[plan.with]] = [copy[plan.with] ?? "", line];
  else if (plan.kind === "truncate") copy.length = plan.at;
  else if (plan.kind === "double") copy.splice(plan.at, 0, line);
  else if (plan.kind === "rewrite") {
    copy[plan.at] = JSON.stringify({ ...JSON.parse(line), actor: plan.actor });
    return rechained(copy);
  } else return rechained(copy.toSpliced(plan.at, 1));
  return copy;
}

test("1,000 random tamperings are all found: edits, drops, swaps, cuts, doublings, rewrites and forks with a fresh chain", async () => {
  let tampered = 0;
  await fc.assert(
    fc.asyncProperty(tampering, async (plan) => {
      const changed = apply(plan);
      fc.pre(changed.join("\n") !== lines.join("\n"));
      const verdict = await verdictOf(changed);
      assert.equal(verdict.ok, false, plan.kind);
      assert.notEqual(verdict.faults.length, 0);
      tampered += 1;
    }),
    { numRuns: 1000 },
  );
  assert.equal(tampered, 1000);
});

test("an untouched log raises no alarm", async () => {
  assert.deepEqual((await verdictOf(lines)).faults, []);
  assert.equal((await verdictOf(lines)).entries, ENTRIES);
});

test("a missing, broken or forged checkpoint is a fault", async () => {
  const path = join(home, "bare");
  await copyFile(join(home, "good"), path);
  assert.match((await verifyAudit(path, { signal, seal })).faults.join(), /missing/);
  await writeFile(`${path}.checkpoint`, "{");
  assert.match((await verifyAudit(path, { signal, seal })).faults.join(), /cannot be read/);
  const { hash } = JSON.parse(lines[9] ?? "");
  await writeFile(`${path}.checkpoint`, JSON.stringify({ seq: 10, hash, mac: "00" }));
  assert.match((await verifyAudit(path, { signal, seal })).faults.join(), /not made with these keys/);
});

test("a checkpoint pinned elsewhere finds a log that was replaced together with its checkpoint", async () => {
  const shorter = join(home, "shorter");
  const log = await openAuditLog({ path: shorter, seal, world: systemWorld(), signal });
  await log.close();
  assert.ok((await verifyAudit(shorter, { signal, seal })).ok);
  const { seq, hash } = JSON.parse(lines.at(-1) ?? "");
  assert.match((await verifyAudit(shorter, { signal, seal, pinned: { seq, hash } })).faults.join(), /ends before entry 60/);
  assert.ok((await verifyAudit(join(home, "good"), { signal, seal, pinned: { seq, hash } })).ok);
});

test("the faults name a line and no content", async () => {
  const verdict = await verdictOf(lines.with(4, (lines[4] ?? "").replace("reviewer:17", "reviewer:18")));
  assert.deepEqual(verdict.faults.slice(0, 1), ["line 5: a line was changed"]);
});

test("a missing log is empty, and without its checkpoint that is a fault", async () => {
  const verdict = await verifyAudit(join(home, "nowhere"), { signal, seal });
  assert.equal(verdict.entries, 0);
  assert.equal(verdict.ok, false);
});
