import assert from "node:assert/strict";
import { it } from "node:test";
import { inferenceConfigFrom, inferenceConfigSchema } from "./config.ts";

it("listens on loopback unless told otherwise, and is frozen", () => {
  const config = inferenceConfigFrom({});
  assert.deepEqual([config.host, config.port, config.httpPort, config.strict], ["127.0.0.1", 8_001, 8_000, false]);
  assert.match(config.repository, /inference\/repository$/);
  assert.equal(Object.isFrozen(config), true);
  assert.deepEqual([inferenceConfigSchema.parse({}).port, inferenceConfigSchema.parse({}).httpPort], [0, undefined]);
});

it("takes what the environment says and refuses what is malformed", () => {
  const config = inferenceConfigFrom({
    INFERENCE_HOST: "0.0.0.0",
    INFERENCE_PORT: "9000",
    MODEL_REPOSITORY: "/models",
    INFERENCE_STRICT: "true",
    LOG_LEVEL: "warn",
  });
  assert.deepEqual(
    [config.host, config.port, config.repository, config.strict, config.logLevel],
    ["0.0.0.0", 9_000, "/models", true, "warn"],
  );
  for (const env of [{ INFERENCE_PORT: "70000" }, { INFERENCE_PORT: "web" }, { LOG_LEVEL: "loud" }])
    assert.throws(() => inferenceConfigFrom(env));
});
