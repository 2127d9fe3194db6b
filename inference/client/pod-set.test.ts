import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemWorld } from "../../runtime/world.ts";
import { freePort } from "../../test/servers/server.ts";
import { float32Tensor } from "../tensor.ts";
import { responseOf, startAnswering } from "./answering-server.ts";
import type { Answer } from "./answering-server.ts";
import type { EndpointSource } from "./endpoint-source.ts";
import { staticEndpoints } from "./endpoint-source.ts";
import { createPodSet } from "./pod-set.ts";
import type { PodSet, PodSetOptions } from "./pod-set.ts";
import { createTritonClient } from "./triton.ts";

const { signal } = new AbortController();
const world = systemWorld();
const input = float32Tensor("x", [1, 2], Float32Array.of(1, 2));

function openSet(source: EndpointSource, change: Partial<PodSetOptions> = {}): PodSet & Disposable {
  const set = createPodSet({ source, open: (endpoint) => createTritonClient({ endpoint, world }), world, ...change });
  return { ...set, [Symbol.dispose]: () => set.close() };
}

/** Answers, and counts what it was asked. */
function counting(reply: Answer = (_, answer) => answer(null, responseOf())) {
  const counter = { calls: 0 };
  const modelInfer: Answer = (call, answer) => {
    counter.calls += 1;
    reply(call, answer);
  };
  return { counter, modelInfer };
}

async function untilReady(set: PodSet, count: number): Promise<void> {
  while (set.pods().filter((pod) => pod.state === "ready").length < count) await delay(5);
}

describe("a set without a pod that may be asked", () => {
  it("no pods: UNAVAILABLE within the deadline", async () => {
    using set = openSet(staticEndpoints([]));
    await assert.rejects(set.infer("m", [input], { signal, deadlineMs: 50 }), { code: "UNAVAILABLE", message: /of 0 pods none is ready/ });
  });

  it("a caller that goes away while it waits: its own reason", async () => {
    using set = openSet(staticEndpoints([`127.0.0.1:${await freePort()}`]));
    await assert.rejects(set.infer("m", [input], { signal: AbortSignal.timeout(20) }), { code: "DEADLINE_EXCEEDED" });
  });

  it("a server older than the minimum is refused and never asked", async () => {
    const { counter, modelInfer } = counting();
    await using old = await startAnswering({ modelInfer, name: "triton", version: "2.51.0" });
    using set = openSet(staticEndpoints([old.endpoint]));
    await assert.rejects(set.infer("m", [input], { signal, deadlineMs: 300 }), { code: "UNAVAILABLE" });
    const [pod] = set.pods();
    assert.deepEqual([pod?.state, counter.calls], ["refused", 0]);
    assert.match(String(pod?.failure?.message), /it must be at least 2\.59\.0/);
  });

  it("sequences are refused: their state is in one pod", async () => {
    using set = openSet(staticEndpoints([]));
    const parameters = { sequence_id: { parameterChoice: { $case: "int64Param", int64Param: 1n } } } as const;
    await assert.rejects(set.infer("m", [input], { signal, parameters }), { code: "INVALID_ARGUMENT", message: /is a sequence/ });
  });
});

describe("what fails and where it goes", () => {
  it("an overload goes to another pod within the budget, never to the same one", async () => {
    const full = counting((_, answer) => answer({ code: 14, details: "Exceeds maximum queue size" }));
    const free = counting();
    await using busy = await startAnswering(full);
    await using idle = await startAnswering(free);
    using alone = openSet(staticEndpoints([busy.endpoint]));
    await assert.rejects(alone.infer("m", [input], { signal }), { code: "RESOURCE_EXHAUSTED" });
    assert.equal(full.counter.calls, 1);
    using set = openSet(staticEndpoints([busy.endpoint, idle.endpoint]));
    await untilReady(set, 2);
    const before = full.counter.calls;
    const results = await Promise.allSettled(Array.from({ length: 200 }, async () => await set.infer("m", [input], { signal })));
    const refused = results.filter(({ status }) => status === "rejected").length;
    // Each call that the full pod took failed, or was sent again: at most one in ten.
    const resent = full.counter.calls - before - refused;
    assert.ok(resent >= 1 && resent <= 20, `${resent} were sent again`);
    assert.equal(free.counter.calls, 200 - refused);
  });

  it("a wrong call fails at once and says nothing about the pod", async () => {
    const { counter, modelInfer } = counting((_, answer) => answer({ code: 3, details: "wrong shape" }));
    await using server = await startAnswering({ modelInfer });
    await using other = await startAnswering({ modelInfer });
    using set = openSet(staticEndpoints([server.endpoint, other.endpoint]));
    for (let call = 1; call <= 30; call += 1) {
      await assert.rejects(set.infer("m", [input], { signal }), { code: "INVALID_ARGUMENT" });
      assert.equal(counter.calls, call);
    }
    assert.ok(set.pods().some((pod) => pod.state === "ready"));
  });

  it("a pod that keeps failing is left alone until the model is ready there", async () => {
    const state = { ready: false };
    const sick = counting((_, answer) => answer({ code: 13, details: "broken" }));
    await using server = await startAnswering({ ...sick, modelReady: () => state.ready });
    await using good = await startAnswering(counting());
    using set = openSet(staticEndpoints([server.endpoint, good.endpoint]));
    await untilReady(set, 2);
    const view = () => set.pods().find((pod) => pod.endpoint === server.endpoint)?.state;
    while (view() === "ready") await set.infer("m", [input], { signal }).catch(() => undefined);
    const before = sick.counter.calls;
    await Promise.all(Array.from({ length: 50 }, async () => await set.infer("m", [input], { signal })));
    assert.deepEqual([view(), sick.counter.calls], ["lost", before]);
    state.ready = true;
    await untilReady(set, 2);
  });

  it("bytes in flight are capped in all and by pod", async () => {
    const hold = Promise.withResolvers<void>();
    await using server = await startAnswering({ modelInfer: (_, answer) => void hold.promise.then(() => answer(null, responseOf())) });
    using set = openSet(staticEndpoints([server.endpoint]), { maxBytesPerPod: 12, maxInFlightBytes: 20 });
    const first = set.infer("m", [input], { signal });
    await untilReady(set, 1);
    await delay(20);
    await assert.rejects(set.infer("m", [input], { signal }), { code: "RESOURCE_EXHAUSTED", message: /no room for its 8 bytes/ });
    const large = float32Tensor("x", [1, 4], new Float32Array(4));
    await assert.rejects(set.infer("m", [large], { signal }), { code: "RESOURCE_EXHAUSTED", message: /at most 20 may be/ });
    hold.resolve();
    await first;
  });
});

describe("pods that come and go", () => {
  it("a pod that comes takes calls; one that leaves ends its calls and gets no more", async () => {
    const [first, second] = [counting((_, answer) => void delay(30).then(() => answer(null, responseOf({ id: "first" })))), counting()];
    await using one = await startAnswering(first);
    await using two = await startAnswering(second);
    const moves: ((endpoints: readonly string[]) => void)[] = [];
    const source: EndpointSource = {
      watch: async function* () {
        for (let set: readonly string[] = [one.endpoint]; ; ) {
          yield set;
          set = await new Promise<readonly string[]>((resolve) => moves.push(resolve));
        }
      },
    };
    using set = openSet(source);
    await set.infer("m", [input], { signal });
    moves.shift()?.([one.endpoint, two.endpoint]);
    while (second.counter.calls === 0) await Promise.all([set.infer("m", [input], { signal }), set.infer("m", [input], { signal })]);
    const leaving = Array.from({ length: 8 }, async () => await set.infer("m", [input], { signal }));
    await delay(5);
    moves.shift()?.([two.endpoint]);
    await Promise.all(leaving);
    const before = first.counter.calls;
    await Promise.all(Array.from({ length: 20 }, async () => await set.infer("m", [input], { signal })));
    assert.deepEqual([first.counter.calls, set.pods().length], [before, 1]);
  });
});

describe("hedging", () => {
  it("refuses a share beyond the bound", () => {
    assert.throws(() => openSet(staticEndpoints([]), { hedgeShare: 0.2 }), { code: "INVALID_ARGUMENT" });
  });

  it("asks a second pod when the first is slow, for at most the share of calls", async () => {
    let slow = false;
    const stuck = counting((_, answer) =>
      slow ? void delay(5_000, undefined, { ref: false }).then(() => answer(null, responseOf())) : answer(null, responseOf()),
    );
    const quick = counting();
    await using one = await startAnswering(stuck);
    await using two = await startAnswering(quick);
    using set = openSet(staticEndpoints([one.endpoint, two.endpoint]), { hedgeShare: 0.05 });
    await untilReady(set, 2);
    for (let call = 0; call < 200; call += 1) await set.infer("m", [input], { signal });
    const total = () => stuck.counter.calls + quick.counter.calls;
    assert.ok(total() <= 210, `${total() - 200} of 200 calls were hedged`);
    slow = true;
    // Whichever pod is asked first, the answer comes from the quick one: the other has none.
    for (let call = 0; call < 5; call += 1) await set.infer("m", [input], { signal });
  });
});
