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
  for (const env of [{ INFERENCE_CERT_FILE: "/c.pem" }, { INFERENCE_KEY_FILE: "/k.pem" }, { INFERENCE_CLIENT_CA_FILE: "/ca.pem" }])
    assert.throws(() => inferenceConfigFrom(env));
  for (const env of [{ INFERENCE_PORT: "70000" }, { INFERENCE_PORT: "web" }, { LOG_LEVEL: "loud" }])
    assert.throws(() => inferenceConfigFrom(env));
});

it("with TLS there is no plain HTTP unless it is asked for", () => {
  const files = { INFERENCE_CERT_FILE: "/c.pem", INFERENCE_KEY_FILE: "/k.pem" };
  assert.deepEqual(inferenceConfigFrom(files).tls, { certFile: "/c.pem", keyFile: "/k.pem" });
  assert.equal(inferenceConfigFrom(files).httpPort, undefined);
  const asked = inferenceConfigFrom({ ...files, INFERENCE_CLIENT_CA_FILE: "/ca.pem", INFERENCE_HTTP_PORT: "8002" });
  assert.deepEqual([asked.httpPort, asked.tls?.caFile], [8_002, "/ca.pem"]);
});
