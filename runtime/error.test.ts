import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES, PayerHubError } from "./error.ts";

test("a coded error passes through from() unchanged", () => {
  const error = new PayerHubError("NOT_FOUND", "finding x");
  assert.equal(PayerHubError.from(error, { attempted: "y" }), error);
});

test("a foreign error's text never becomes the message: it may hold PHI", () => {
  const error = PayerHubError.from(new Error("member 12345 is unknown"), { attempted: "mapping" });
  assert.doesNotMatch(error.message, /12345/);
  assert.match(String((error.cause as Error).message), /12345/);
});

for (const [what, caught, code] of [
  ["an abort", new DOMException("x", "AbortError"), "CANCELLED"],
  ["a time-out", new DOMException("x", "TimeoutError"), "DEADLINE_EXCEEDED"],
  ["a full disk", Object.assign(new Error("x"), { code: "ENOSPC" }), "RESOURCE_EXHAUSTED"],
  ["a refused connection", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "UNAVAILABLE"],
  ["a missing file", Object.assign(new Error("x"), { code: "ENOENT" }), "NOT_FOUND"],
  ["anything else", "text", "INTERNAL"],
] as const) {
  test(`${what} becomes ${code}`, () => {
    assert.equal(PayerHubError.from(caught, { attempted: "z" }).code, code);
  });
}

test("numbers are gRPC's and retryable codes are those that time may heal", () => {
  assert.equal(new PayerHubError("UNAUTHENTICATED", "x").number, 16);
  const retryable = (Object.keys(CODES) as (keyof typeof CODES)[]).filter((code) => new PayerHubError(code, "x").retryable);
  assert.deepEqual(retryable.toSorted(), ["ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN"]);
});
