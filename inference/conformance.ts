import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { credentials, makeClientConstructor } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { GRPCInferenceServiceClient } from "../proto/inference/grpc_service.pb.ts";
import type { ModelStreamInferResponse } from "../proto/inference/grpc_service.pb.ts";
import { PayerHubError } from "../runtime/error.ts";
import { createRows, fetchScores, scoresOf } from "./conformance-rows.ts";
import { INFER_CASES, inferRequest } from "./conformance-cases.ts";
import { createTritonClient } from "./client/triton.ts";
import type { TritonClient } from "./client/triton.ts";
import { AUTOENCODER } from "./models/autoencoder.ts";
import { ANOMALY_FEATURES, ISOLATION_FOREST } from "./models/isolation-forest.ts";
import { float32Tensor } from "./tensor.ts";

/** Longest that one call of the suite may take, in milliseconds; the machine may be busy. */
const DEADLINE_MS = 60_000;
const RANDOM_REQUESTS = 1_000;
/** Float32 sums in another order. */
const TOLERANCE = 1e-5;

/** What every server of the protocol does alike, run against the server at `endpoint()` that serves the committed models. */
export function conformance(name: string, endpoint: () => string): void {
  describe(`${name} speaks the protocol`, () => {
    describe("metadata", () => metadataTests(endpoint));
    describe("inference", () => inferenceTests(endpoint));
    describe("calls that end early", () => earlyEndTests(endpoint));
    describe("repository and stream", () => repositoryTests(endpoint));
  });
}

const signal = new AbortController().signal;
const options = { signal, deadlineMs: DEADLINE_MS };

async function withClient(endpoint: () => string, work: (client: TritonClient) => Promise<void>): Promise<void> {
  const client = createTritonClient({ endpoint: endpoint(), minimumVersion: "0" });
  try {
    await work(client);
  } finally {
    client.close();
  }
}

function metadataTests(endpoint: () => string): void {
  it("lives, is ready and serves by grpc.health.v1", async () => {
    await withClient(endpoint, async (client) => {
      assert.equal(await client.live(options), true);
      assert.equal(await client.ready(options), true);
      assert.equal(await client.modelReady("autoencoder", options), true);
      assert.equal(await client.modelReady("autoencoder", { ...options, version: "9" }), false);
      assert.equal(await client.modelReady("nobody", options), false);
      await rejectsWith("INVALID_ARGUMENT", client.modelReady("autoencoder", { ...options, version: "newest" }));
    });
    assert.equal(await checkHealth(endpoint()), "SERVING");
  });

  it("tells the signatures that the contracts name", async () => {
    await withClient(endpoint, async (client) => {
      await client.verify([ISOLATION_FOREST, AUTOENCODER], options);
      const wrong = { ...AUTOENCODER, outputs: [{ name: "error", datatype: "FP64", shape: [-1, 1] }] } as const;
      await assert.rejects(
        client.verify([wrong], options),
        /server has output error FP32 \[-1,1\], the contract needs error FP64 \[-1,1\]/,
      );
      await rejectsWith("NOT_FOUND", client.modelMetadata("nobody", options));
      await rejectsWith("NOT_FOUND", client.modelMetadata("autoencoder", { ...options, version: "9" }));
    });
  });

  it("counts what it did", async () => {
    await withClient(endpoint, async (client) => {
      const before = await counts(client);
      const rows = float32Tensor("features", [3, ANOMALY_FEATURES], new Float32Array(3 * ANOMALY_FEATURES));
      for (let call = 0; call < 4; call += 1) await client.infer("isolation_forest", [rows], options);
      const after = await counts(client);
      assert.equal(after.success - before.success, 4n);
      assert.equal(after.inferences - before.inferences, 12n);
      assert.ok(after.executions - before.executions <= 4n);
      assert.ok(after.computeNs > before.computeNs);
      await rejectsWith("INVALID_ARGUMENT", client.statistics("nobody", options));
    });
  });
}

function inferenceTests(endpoint: () => string): void {
  for (const { name, request, code } of INFER_CASES) {
    it(`${name}: ${code ?? "OK"}`, async () => {
      await withClient(endpoint, async (client) => {
        const call = client.inferMessage(request, options);
        if (code !== undefined) return await rejectsWith(code, call);
        const response = await call;
        assert.deepEqual([response.modelName, response.modelVersion, response.rawOutputContents.length], ["isolation_forest", "1", 1]);
      });
    });
  }

  it("returns the request's id and only the wanted outputs", async () => {
    await withClient(endpoint, async (client) => {
      const request = inferRequest({ modelName: "autoencoder", id: "abc", outputs: [{ name: "residuals", parameters: {} }] });
      const response = await client.inferMessage(request, options);
      assert.equal(response.id, "abc");
      assert.deepEqual(
        response.outputs.map((output) => output.name),
        ["residuals"],
      );
      assert.equal(response.rawOutputContents[0]?.byteLength, ANOMALY_FEATURES * 4);
    });
  });

  it(`answers ${RANDOM_REQUESTS} concurrent requests each with exactly its own rows`, async () => {
    await withClient(endpoint, async (client) => {
      const rows = createRows(20_261_122, 512);
      const alone = await fetchScores(client, rows, options);
      let seed = 1;
      const next = (below: number) => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((seed / 2 ** 32) * below);
      };
      const ask = async () => {
        const picked = Array.from({ length: 1 + next(8) }, () => next(rows.length));
        const got = await scoresOf(
          client,
          picked.map((index) => rows[index] ?? new Float32Array()),
          options,
        );
        for (const [at, index] of picked.entries())
          assert.ok(Math.abs((got[at] ?? Number.NaN) - (alone[index] ?? Number.NaN)) <= TOLERANCE);
        assert.equal(got.length, picked.length);
      };
      // In waves, because the model's queue holds a thousand and nothing here tests overload.
      for (let wave = 0; wave < RANDOM_REQUESTS; wave += 100) await Promise.all(Array.from({ length: 100 }, ask));
    });
  });
}

function earlyEndTests(endpoint: () => string): void {
  it("a call past its deadline ends with DEADLINE_EXCEEDED", async () => {
    await withClient(endpoint, async (client) => {
      await rejectsWith("DEADLINE_EXCEEDED", client.inferMessage(inferRequest(), { signal, deadlineMs: -1 }));
      assert.equal(await client.ready(options), true);
    });
  });

  it("an aborted call ends with CANCELLED and the next one works", async () => {
    await withClient(endpoint, async (client) => {
      const row = float32Tensor("features", [1, ANOMALY_FEATURES], new Float32Array(ANOMALY_FEATURES));
      await client.infer("isolation_forest", [row], options);
      const controller = new AbortController();
      const calls = Array.from(
        { length: 30 },
        async () => await client.infer("isolation_forest", [row], { ...options, signal: controller.signal }),
      );
      controller.abort();
      for (const call of await Promise.allSettled(calls)) {
        assert.equal(call.status, "rejected");
        assert.ok(call.reason instanceof PayerHubError && call.reason.code === "CANCELLED");
      }
      assert.equal((await client.infer("isolation_forest", [row], options)).length, 1);
    });
  });
}

function repositoryTests(endpoint: () => string): void {
  const stub = () => new GRPCInferenceServiceClient(endpoint(), credentials.createInsecure());

  it("lists the repository and answers wrong loads with their codes", async () => {
    const client = stub();
    const call = async <R>(start: (answer: (error: ServiceError | null, response: R) => void) => void) =>
      await new Promise<R>((resolve, reject) => start((error, response) => (error === null ? resolve(response) : reject(error))));
    const index = await call<{ models: readonly { name: string; state: string }[] }>((cb) =>
      client.repositoryIndex({ repositoryName: "", ready: true }, cb),
    );
    const found = index.models.map(({ name, state }) => `${name} ${state}`).toSorted();
    assert.deepEqual(found, ["autoencoder READY", "isolation_forest READY"]);
    const load = { repositoryName: "", modelName: "nobody", parameters: {} };
    await assert.rejects(
      call((cb) => client.repositoryModelLoad(load, cb)),
      { code: 13 },
    );
    await assert.rejects(
      call((cb) => client.repositoryModelLoad({ ...load, repositoryName: "other" }, cb)),
      { code: 12 },
    );
    await call((cb) => client.repositoryModelUnload(load, cb));
    client.close();
  });

  it("a bad request in a stream gets an error of its own and the stream goes on", async () => {
    const client = stub();
    const stream = client.modelStreamInfer();
    const replies: ModelStreamInferResponse[] = [];
    stream.on("data", (reply: ModelStreamInferResponse) => replies.push(reply));
    for (const [id, modelName] of [
      ["a", "autoencoder"],
      ["b", "nobody"],
      ["c", "isolation_forest"],
    ] as const) {
      stream.write(inferRequest({ id, modelName }));
    }
    stream.end();
    await once(stream, "end");
    assert.deepEqual(
      replies
        .filter((reply) => reply.errorMessage === "")
        .map((reply) => String(reply.inferResponse?.id))
        .toSorted(),
      ["a", "c"],
    );
    assert.equal(replies.filter((reply) => reply.errorMessage !== "").length, 1);
    client.close();
  });
}

async function counts(client: TritonClient) {
  const [found] = await client.statistics("isolation_forest", options);
  return {
    success: found?.inferenceStats?.success?.count ?? 0n,
    inferences: found?.inferenceCount ?? 0n,
    executions: found?.executionCount ?? 0n,
    computeNs: found?.inferenceStats?.computeInfer?.ns ?? 0n,
  };
}

async function rejectsWith(code: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => error instanceof PayerHubError && error.code === code);
}

async function checkHealth(endpoint: string): Promise<unknown> {
  const HealthClient = makeClientConstructor(healthService, "grpc.health.v1.Health");
  const client = new HealthClient(endpoint, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      const check: unknown = client["check"];
      if (typeof check !== "function") return reject(new Error("the health client has no check"));
      check.call(client, { service: "" }, (error: Error | null, answer: { status: string }) =>
        error === null ? resolve(answer.status) : reject(error),
      );
    });
  } finally {
    client.close();
  }
}
