import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkServerVersion } from "./server-version.ts";

const server = (name: string, version: string) => ({ name, version, extensions: [] });

describe("checkServerVersion", () => {
  for (const version of ["2.59.0", "2.59.1", "2.60.0", "2.100.0", "3.0.0", "2.59.0.1"]) {
    it(`takes ${version}`, () => checkServerVersion(server("triton", version), "2.59.0"));
  }

  for (const version of ["2.58.9", "2.51.0", "1.99.0", "2.59", "2", "", "new"]) {
    it(`${version === "2.59" ? "takes" : "refuses"} "${version}"`, () => {
      const check = () => checkServerVersion(server("triton", version), "2.59.0");
      if (version === "2.59") check();
      else assert.throws(check, { code: "FAILED_PRECONDITION" });
    });
  }

  it("takes all with the override and other servers with versions of their own", () => {
    checkServerVersion(server("triton", "2.51.0"), "0");
    checkServerVersion(server("payerhub-embedded", "0.1.0"), "2.59.0");
  });
});
