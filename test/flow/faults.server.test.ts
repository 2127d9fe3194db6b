import assert from "node:assert/strict";
import { test } from "node:test";
import { DOCUMENT_STATES } from "../../mesh/store/documents.ts";
import { readHubEvents } from "./effects.ts";
import { eventually, type FaultRig, startFaultRig, TENANT } from "./fault-rig.ts";
import { type KillPoint, killPlan } from "./kill-plan.ts";

/** Named points, then the most delicate ones once more, until there are this many deaths. */
const MIN_KILLS = 40;
/** The broker is killed with every so many deaths of the mesh. */
const BROKER_EVERY = 8;
const DRAIN_DEADLINE_MS = 300_000;
const live = () => new AbortController().signal;

function deaths(): readonly KillPoint[] {
  const plan = killPlan();
  const delicate = plan.filter(({ point }) => point === "written" || point === "published");
  return [...plan, ...delicate.slice(0, Math.max(0, MIN_KILLS - plan.length))];
}

test("every named point of every stage is in the plan, at least 40 deaths in all", () => {
  assert.ok(deaths().length >= MIN_KILLS);
  assert.equal(new Set(killPlan().map(({ stage, point }) => `${stage}:${point}`)).size, killPlan().length);
});

test("killed at every named step, with the broker killed in between, every document ends once and takes effect once", {
  timeout: 1_500_000,
}, async (t) => {
  await using rig = await startFaultRig();
  const ids: string[] = [];
  let brokerKills = 0;
  for (const [index, kill] of deaths().entries()) {
    const signal = await rig.runUntilDeath(kill, async () => {
      ids.push(await rig.submit(kill.needs));
      if (index % BROKER_EVERY === 3) {
        await rig.nats.crash();
        await rig.nats.restart();
        brokerKills += 1;
      }
    });
    assert.equal(signal, "SIGKILL", `the mesh did not get to ${kill.stage}:${kill.point}`);
  }
  assert.ok(brokerKills >= 5, `${brokerKills} broker kills`);

  const mesh = await rig.startMesh();
  const drained = await eventually(
    async () => (await endStates(rig, ids)).every((state) => state === "delivered" || state === "in_review"),
    DRAIN_DEADLINE_MS,
  );
  await mesh.stop();
  assert.ok(drained, `states: ${(await endStates(rig, ids)).join(" ")}`);
  await assertEffectsOnce(rig, ids);
  t.diagnostic(`${deaths().length} mesh kills, ${brokerKills} broker kills, ${ids.length} documents`);
});

async function endStates(rig: FaultRig, ids: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(ids.map(async (id) => (await rig.documents.get(TENANT, id, live()))?.value.state ?? "unknown"));
}

async function assertEffectsOnce(rig: FaultRig, ids: readonly string[]): Promise<void> {
  const inStates = await Promise.all(
    DOCUMENT_STATES.map(async (state) =>
      (await rig.documents.find(TENANT, { index: "byState", prefix: [state], limit: 500, signal: live() })).items.map((item) => item.id),
    ),
  );
  assert.deepEqual(
    inStates.flat().toSorted(),
    [...ids].toSorted(),
    "every document is in exactly one state, and there is no other document",
  );

  const events = await readHubEvents(rig.bus);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length, "no hub event is stored twice");
  for (const id of ids) {
    const record = (await rig.documents.get(TENANT, id, live()))?.value;
    const own = events.filter((event) => event.documentId === id);
    assert.equal(own.length, 1, `${id} in ${record?.state ?? "?"} has ${own.length} hub events`);
    const isDelivered = record?.state === "delivered";
    assert.equal(own[0]?.type === "document.needs_review", !isDelivered);
    if (!isDelivered) continue;
    const timeline = await rig.entries.get(TENANT, own[0]?.id ?? "", live());
    assert.equal(timeline?.value.documentId, id);
    assert.equal(timeline.value.caseId, own[0]?.caseId);
    assert.equal(record.caseId, own[0]?.caseId);
  }
  const delivered = events.filter((event) => event.type !== "document.needs_review");
  const entries = await Promise.all(delivered.map(async (event) => await rig.entries.get(TENANT, event.id, live())));
  assert.equal(
    new Set(entries.map((entry) => entry?.value.documentId)).size,
    delivered.length,
    "each delivered document is in one case's timeline once",
  );
}
