import { isOptionList, phraseDecision } from "./decision-phrases.ts";
import type { Parsed } from "./parsed.ts";

/** Reads the decision that a status field states, for example `Not approved` or `Approved with changes`. */
export function parseDecision(text: string): Parsed | undefined {
  const found = isOptionList(text) ? undefined : phraseDecision(text);
  if (found === undefined) return undefined;
  return { value: found.decision, start: found.start, end: found.end, steps: ["decision"], check: "passed" };
}
