import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { SHIPPED_MODELS } from "../inference/models/repository.ts";
import { upConfigFrom } from "./config.ts";

test("an empty environment gives the embedded defaults, with state below one folder", () => {
  const { natsToken, ...config } = upConfigFrom({}, {});
  const home = resolve(".payerhub");
  assert.deepEqual(config, {
    home,
    natsUrl: undefined,
    natsServerBinary: "nats-server",
    storeUrl: `sqlite:${home}/store.sqlite`,
    objectsUrl: `file://${home}/objects`,
    modelsUrl: `file://${home}/models`,
    tritonEndpoint: undefined,
    inferenceClient: { canary: [], shadow: [], hedgeShare: 0, maxBytesPerPod: 134_217_728, tls: {} },
    ocrEngine: "auto",
    ocrRecognizer: "on",
    textModels: "on",
    modelRepository: SHIPPED_MODELS,
    tesseract: undefined,
    tenant: "demo",
    hub: "main",
    grpcPort: 0,
    httpPort: 0,
    readers: 2,
    logLevel: "silent",
    useColor: true,
  });
  assert.ok(natsToken.length >= 32);
  assert.notEqual(natsToken, upConfigFrom({}, {}).natsToken);
});

test("each variable reaches its setting", () => {
  const config = upConfigFrom(
    {},
    {
      PAYERHUB_HOME: "/srv/payerhub",
      NATS_URL: "nats://broker:4222",
      NATS_TOKEN: "t",
      NATS_SERVER_BIN: "/opt/nats-server",
      STORE_URL: "mongodb://m/db",
      OBJECTS_URL: "s3://bucket",
      MODELS_URL: "s3://models",
      TRITON_URL: "triton:8001",
      TRITON_HEDGE_PERCENT: "5",
      OCR_ENGINE: "tesseract",
      OCR_RECOGNIZER: "off",
      TEXT_MODELS: "off",
      MODEL_REPOSITORY: "/srv/models",
      TESSERACT_BIN: "/opt/tesseract",
      PAYERHUB_TENANT: "acme",
      PAYERHUB_HUB: "west",
      GRPC_PORT: "7443",
      HTTP_PORT: "7080",
      PAYERHUB_READERS: "4",
      LOG_LEVEL: "info",
      NO_COLOR: "1",
    },
  );
  assert.deepEqual(config, {
    home: "/srv/payerhub",
    natsUrl: "nats://broker:4222",
    natsToken: "t",
    natsServerBinary: "/opt/nats-server",
    storeUrl: "mongodb://m/db",
    objectsUrl: "s3://bucket",
    modelsUrl: "s3://models",
    tritonEndpoint: "triton:8001",
    inferenceClient: { canary: [], shadow: [], hedgeShare: 0.05, maxBytesPerPod: 134_217_728, tls: {} },
    ocrEngine: "tesseract",
    ocrRecognizer: "off",
    textModels: "off",
    modelRepository: "/srv/models",
    tesseract: "/opt/tesseract",
    tenant: "acme",
    hub: "west",
    grpcPort: 7443,
    httpPort: 7080,
    readers: 4,
    logLevel: "info",
    useColor: false,
  });
  assert.ok(Object.isFrozen(config));
});

test("what the caller gives stands above the environment, and its home holds the state", () => {
  const config = upConfigFrom({ home: "/tmp/given", tenant: "given" }, { PAYERHUB_HOME: "/tmp/env", PAYERHUB_TENANT: "env" });
  assert.deepEqual([config.home, config.tenant, config.storeUrl], ["/tmp/given", "given", "sqlite:/tmp/given/store.sqlite"]);
});

for (const [name, value] of [
  ["OCR_ENGINE", "gpt"],
  ["OCR_RECOGNIZER", "maybe"],
  ["TEXT_MODELS", "maybe"],
  ["GRPC_PORT", "65536"],
  ["HTTP_PORT", "web"],
  ["PAYERHUB_READERS", "0"],
  ["TRITON_CANARY", "biobert"],
  ["TRITON_HEDGE_PERCENT", "6"],
  ["LOG_LEVEL", "loud"],
] as const) {
  test(`${name}=${value} is refused`, () => {
    assert.throws(() => upConfigFrom({}, { [name]: value }));
  });
}
