import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { startKitServer } from "../../test/servers/conformance-kit.ts";

let server: Awaited<ReturnType<typeof startKitServer>>;
before(async () => {
  server = await startKitServer({ httpPort: 0 });
});
after(async () => await server[Symbol.asyncDispose]());

const url = (path: string) => `http://${server.httpEndpoint}${path}`;

async function get(path: string): Promise<readonly [number, unknown]> {
  const answer = await fetch(url(path));
  const text = await answer.text();
  return [answer.status, text === "" ? undefined : JSON.parse(text)];
}

async function post(path: string, body: string): Promise<readonly [number, unknown]> {
  const answer = await fetch(url(path), { method: "POST", body });
  const text = await answer.text();
  return [answer.status, text === "" ? undefined : JSON.parse(text)];
}

const floats = (change: Readonly<Record<string, unknown>> = {}) => ({
  name: "INPUT0",
  shape: [1, 2],
  datatype: "FP32",
  data: [1, 2.5],
  ...change,
});
const body = (input: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ inputs: [input], ...more });

describe("KServe v2 over HTTP answers as Triton", () => {
  it("tells of the server and its models", async () => {
    assert.deepEqual(await get("/v2/health/live"), [200, undefined]);
    assert.deepEqual(await get("/v2/health/ready"), [200, undefined]);
    assert.deepEqual(await get("/v2/models/echo/versions/1/ready"), [200, undefined]);
    assert.deepEqual(await get("/v2/models/nobody/ready"), [400, { error: "Model version not ready" }]);
    const tensor = (name: string) => ({ name, datatype: "FP32", shape: [-1, -1] });
    assert.deepEqual(await get("/v2/models/echo"), [
      200,
      { name: "echo", versions: ["1"], platform: "", inputs: [tensor("INPUT0")], outputs: [tensor("OUTPUT0")] },
    ]);
    const [status, config] = await get("/v2/models/slow/config");
    assert.equal(status, 200);
    const batching = z.object({
      max_batch_size: z.literal(1),
      dynamic_batching: z.looseObject({ preferred_batch_size: z.tuple([z.literal(1)]) }),
    });
    assert.equal(batching.safeParse(config).success, true);
  });

  it("infers with JSON, nested or flat, and gives ids back", async () => {
    const outputs = [{ name: "OUTPUT0", datatype: "FP32", shape: [1, 2], data: [1, 2.5] }];
    const wanted = { model_name: "echo", model_version: "1", outputs };
    assert.deepEqual(await post("/v2/models/echo/infer", body(floats())), [200, wanted]);
    assert.deepEqual(await post("/v2/models/echo/versions/1/infer", body(floats({ data: [[1, 2.5]] }), { id: "a" })), [
      200,
      { id: "a", ...wanted },
    ]);
  });

  it("keeps text, booleans and 64-bit numbers exact", async () => {
    const bytes = { name: "INPUT0", shape: [1, 1], datatype: "BYTES", data: ["hé"] };
    const [, text] = await post("/v2/models/bytes/infer", body(bytes));
    assert.match(JSON.stringify(text), /"data":\["hé"\]/);
    const types = async (type: string, data: string) => {
      const answer = await fetch(url("/v2/models/types/infer"), {
        method: "POST",
        body: `{"inputs":[{"name":"IN_${type}","shape":[1],"datatype":"${type}","data":[${data}]}],"outputs":[{"name":"OUT_${type}"}]}`,
      });
      return /"data":\[(.*)\]\}\]\}$/.exec(await answer.text())?.[1];
    };
    assert.equal(await types("INT64", "9007199254740993"), "9007199254740993");
    assert.equal(await types("UINT64", "18446744073709551615"), "18446744073709551615");
    assert.equal(await types("BOOL", "true"), "true");
    assert.equal(await types("FP64", "0.1"), "0.1");
  });
});

describe("KServe v2 over HTTP", () => {
  it("takes and gives binary data behind the JSON", async () => {
    const json = Buffer.from(
      JSON.stringify({
        inputs: [{ name: "INPUT0", shape: [1, 2], datatype: "FP32", parameters: { binary_data_size: 8 } }],
        outputs: [{ name: "OUTPUT0", parameters: { binary_data: true } }],
      }),
    );
    const raw = Buffer.from(Float32Array.of(1, Number.NaN).buffer);
    const answer = await fetch(url("/v2/models/echo/infer"), {
      method: "POST",
      headers: { "Inference-Header-Content-Length": String(json.length) },
      body: Buffer.concat([json, raw]),
    });
    const whole = Buffer.from(await answer.arrayBuffer());
    const jsonBytes = Number(answer.headers.get("inference-header-content-length"));
    assert.deepEqual(JSON.parse(whole.subarray(0, jsonBytes).toString()).outputs, [
      { name: "OUTPUT0", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } },
    ]);
    assert.deepEqual(whole.subarray(jsonBytes), raw);
  });

  it("classifies, loads, unloads and lists", async () => {
    const [, answer] = await post(
      "/v2/models/labels/infer",
      body(
        { name: "INPUT0", shape: [1, 4], datatype: "FP32", data: [1, 2, 3, 4] },
        { outputs: [{ name: "OUTPUT0", parameters: { classification: 2 } }] },
      ),
    );
    assert.match(JSON.stringify(answer), /"data":\["4.000000:3","3.000000:2:bird"\]/);
    assert.deepEqual(await post("/v2/repository/models/sleeping/load", ""), [200, undefined]);
    assert.deepEqual(await get("/v2/models/sleeping/ready"), [200, undefined]);
    assert.deepEqual(await post("/v2/repository/models/sleeping/unload", ""), [200, undefined]);
    const [, index] = await post("/v2/repository/index", "");
    assert.match(JSON.stringify(index), /\{"name":"sleeping","version":"1","state":"UNAVAILABLE","reason":"unloaded"\}/);
  });

  it("tells Prometheus what it did under Triton's names, with histograms", async () => {
    await post("/v2/models/idle/infer", body(floats({ shape: [2, 1] })));
    const answer = await fetch(url("/metrics"));
    const text = await answer.text();
    for (const line of [
      'nv_inference_request_success{model="idle",version="1"} 1',
      'nv_inference_count{model="idle",version="1"} 2',
      'nv_inference_exec_count{model="idle",version="1"} 1',
      'nv_inference_request_failure{model="idle",version="1",reason="REJECTED"} 0',
      'nv_inference_pending_request_count{model="idle",version="1"} 0',
      'payerhub_inference_batch_size_bucket{model="idle",version="1",le="2"} 1',
      'payerhub_inference_queue_seconds_count{model="idle",version="1"} 1',
    ])
      assert.ok(text.includes(`${line}\n`), line);
  });
});

describe("KServe v2 over HTTP refuses", () => {
  for (const [what, path, text, status] of [
    ["what is no JSON", "/v2/models/echo/infer", "{", 500],
    ["an unknown model", "/v2/models/nobody/infer", "{}", 404],
    ["an unknown version", "/v2/models/echo/versions/9/infer", body(floats()), 404],
    ["an unknown path", "/v2/nothing", "", 404],
    ["too few values", "/v2/models/echo/infer", body(floats({ data: [1] })), 400],
    ["a value of another kind", "/v2/models/echo/infer", body(floats({ data: ["1", "2"] })), 400],
    ["FP16 as JSON", "/v2/models/types/infer", body({ name: "IN_FP16", shape: [1], datatype: "FP16", data: [1.5] }), 400],
    ["an unknown datatype", "/v2/models/echo/infer", body(floats({ datatype: "FLOAT" })), 400],
    ["binary data that is not there", "/v2/models/echo/infer", body(floats({ parameters: { binary_data_size: 8 } })), 400],
    ["a load of an unknown model", "/v2/repository/models/nobody/load", "", 500],
  ] as const) {
    it(what, async () => {
      const [found, answer] = await post(path, text);
      assert.equal(found, status);
      assert.equal(z.object({ error: z.string().min(1) }).safeParse(answer).success, true);
    });
  }
});
