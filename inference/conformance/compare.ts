import { isDeepStrictEqual } from "node:util";
import type { Outcome, Vector } from "./vector.ts";

/** Who is held to the vectors: real Triton to the recording, the embedded server to the aside where there is one. */
export type Contender = "triton" | "embedded";

/** What is not as recorded, a line each; empty when all is. The server's words are not compared. */
export function compareOutcomes(vector: Vector, found: readonly Outcome[], contender: Contender): readonly string[] {
  const wanted = contender === "embedded" && vector.aside !== undefined ? vector.aside.outcomes : vector.outcomes;
  if (wanted.length !== found.length) return [`it gave ${found.length} outcomes, ${wanted.length} are recorded`];
  return found.flatMap((outcome, index) => {
    const expected = wordless(wanted[index] ?? {});
    const actual = wordless(outcome);
    if (isDeepStrictEqual(actual, expected)) return [];
    return [`step ${index + 1} gave ${JSON.stringify(outcome)}, recorded is ${JSON.stringify(wanted[index])}`];
  });
}

function wordless(outcome: Outcome): Outcome {
  const { text, ...rest } = outcome;
  return text === undefined ? outcome : rest;
}
