import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compareOutcomes } from "./compare.ts";
import type { Contender } from "./compare.ts";
import { playSteps } from "./play.ts";
import { vectorsSchema } from "./vector.ts";

/** A test for each vector, played in order against the server at `endpoint()`, which has just started with the kit's models. */
export function runVectors(contender: Contender, endpoint: () => string): void {
  const text = readFileSync(new URL("./vectors.json", import.meta.url), "utf8");
  const { server, version, vectors } = vectorsSchema.parse(JSON.parse(text));
  describe(`${contender} answers as ${server} ${version} was recorded`, () => {
    for (const vector of vectors) {
      it(vector.name, async () => {
        assert.deepEqual(compareOutcomes(vector, await playSteps(endpoint(), vector.steps), contender), []);
      });
    }
  });
}
