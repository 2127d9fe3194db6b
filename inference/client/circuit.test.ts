import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { createCallBudget } from "./call-budget.ts";
import { createCircuit } from "./circuit.ts";
import { createLatencyWindow } from "./latency-window.ts";
import { pickPod } from "./pick-pod.ts";
import type { PodLoad } from "./pick-pod.ts";

it("createCircuit: opens at half of the last calls, not on a few, at once when the pod is lost, and forgets when reset", () => {
  const circuit = createCircuit();
  for (let call = 0; call < 4; call += 1) assert.equal(circuit.failed(), false);
  assert.equal(circuit.failed(), true);
  assert.deepEqual([circuit.open, circuit.failed()], [true, false]);
  circuit.reset();
  assert.equal(circuit.open, false);
  for (let call = 0; call < 40; call += 1) circuit.succeeded();
  for (let call = 0; call < 9; call += 1) assert.equal(circuit.failed(), false);
  assert.equal(circuit.failed(), true);
  circuit.reset();
  assert.deepEqual([circuit.lost(), circuit.lost(), circuit.open], [true, false, true]);
});

it("createCallBudget: never more extra calls than the share of ordinary ones and the burst", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 500 }), fc.constantFrom(0, 0.05, 0.1, 0.5), (asks, share) => {
      const budget = createCallBudget(share, 3);
      let [ordinary, extra] = [0, 0];
      for (const ask of asks) {
        if (ask) extra += budget.spend() ? 1 : 0;
        else {
          budget.earn();
          ordinary += 1;
        }
        assert.ok(extra <= ordinary * share + 1e-6);
      }
    }),
  );
});

it("createCallBudget: a calm time saves up no more than the burst", () => {
  const budget = createCallBudget(0.05, 2);
  for (let call = 0; call < 1_000; call += 1) budget.earn();
  assert.deepEqual([budget.spend(), budget.spend(), budget.spend()], [true, true, false]);
  for (let call = 0; call < 20; call += 1) budget.earn();
  assert.equal(budget.spend(), true, "twenty calls allow one more");
});

it("createLatencyWindow: says nothing at first, then the 95th percentile of the last calls", () => {
  const window = createLatencyWindow();
  for (let call = 0; call < 19; call += 1) window.record(1);
  assert.equal(window.p95(), undefined);
  for (let ms = 1; ms <= 201; ms += 1) window.record(ms);
  assert.equal(window.p95(), 191);
});

const load = (change: Partial<PodLoad>) => ({
  load: { inFlight: 0, inFlightBytes: 0, expectedMs: undefined, overloaded: false, ...change },
});
const options = { bytes: 10, maxBytesPerPod: 100, random: 0 };

it("pickPod: nothing to pick from, and no pod with room", () => {
  assert.equal(pickPod([], options), undefined);
  const full = load({ inFlight: 2, inFlightBytes: 95 });
  assert.equal(pickPod([full], options), undefined);
  assert.equal(pickPod([load({ inFlight: 0 })], { ...options, bytes: 1_000 })?.load.inFlight, 0, "a call above the cap may go alone");
});

it("pickPod: the fewest in flight, weighted by how long calls take; a new pod counts as usual", () => {
  const [busy, slow, quick] = [
    load({ inFlight: 4, expectedMs: 10 }),
    load({ inFlight: 1, expectedMs: 40 }),
    load({ inFlight: 2, expectedMs: 10 }),
  ];
  assert.equal(pickPod([busy, slow, quick], options), quick);
  const fresh = load({ inFlight: 0 });
  assert.equal(pickPod([busy, slow, quick, fresh], options), fresh);
});

it("pickPod: an overloaded pod only when there is no other with room", () => {
  const [overloaded, busy] = [load({ overloaded: true }), load({ inFlight: 50, expectedMs: 100 })];
  assert.equal(pickPod([overloaded, busy], options), busy);
  assert.equal(pickPod([overloaded, load({ inFlight: 1, inFlightBytes: 99 })], options), overloaded);
});

it("pickPod: equals are taken in turn by chance", () => {
  const pods = [load({}), load({}), load({})];
  for (const [index, pod] of pods.entries()) assert.equal(pickPod(pods, { ...options, random: (index + 0.5) / 3 }), pod);
});
