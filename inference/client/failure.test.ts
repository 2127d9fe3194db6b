import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { callFailure } from "./failure.ts";

const serviceError = (code: status, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });
const { signal } = new AbortController();

describe("callFailure", () => {
  for (const text of ["[request id: 7] Exceeds maximum queue size", "Request timeout expired", "queueing: exceeds maximum queue size"]) {
    it(`takes "${text}" for overload`, () => {
      assert.equal(callFailure(serviceError(status.UNAVAILABLE, text), "inferring", signal).code, "RESOURCE_EXHAUSTED");
    });
  }

  it("takes other unavailability for an outage, which may be tried again", () => {
    const error = callFailure(serviceError(status.UNAVAILABLE, "No connection established"), "inferring", signal);
    assert.equal(error.code, "UNAVAILABLE");
    assert.equal(error.retryable, true);
  });

  it("keeps every other code and never the server's text, which may quote the input", () => {
    for (const [code, name] of [
      [status.NOT_FOUND, "NOT_FOUND"],
      [status.INVALID_ARGUMENT, "INVALID_ARGUMENT"],
      [status.INTERNAL, "INTERNAL"],
      [status.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"],
      [99 as status, "UNKNOWN"],
    ] as const) {
      const error = callFailure(serviceError(code, "member Jane Roe"), "inferring", signal);
      assert.equal(error.code, name);
      assert.doesNotMatch(error.message, /Jane/);
    }
  });

  it("tells the caller's own reason when the caller ended the call", () => {
    const aborted = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    assert.equal(callFailure(serviceError(status.CANCELLED, ""), "inferring", aborted).code, "DEADLINE_EXCEEDED");
    assert.equal(callFailure(serviceError(status.CANCELLED, ""), "inferring", AbortSignal.abort()).code, "CANCELLED");
  });
});
