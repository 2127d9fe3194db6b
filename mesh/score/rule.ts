import type { Evidence } from "./evidence.ts";
import type { ScoreConfig } from "./config.ts";

/** Where a rule struck; `field` is a field's name, never its value. */
export interface RuleHit {
  readonly field?: string;
}

/**
 * A named check of one document. `blocking` sends it to a person; `note` is told and changes nothing. The text is a
 * constant, so that no reason can carry a value.
 */
export interface Rule {
  readonly id: string;
  readonly effect: "blocking" | "note";
  readonly text: string;
  readonly hits: (evidence: Evidence, config: ScoreConfig) => readonly RuleHit[];
}

/** A hit without a field when `broken`. */
export function hitIf(broken: boolean): readonly RuleHit[] {
  return broken ? [{}] : [];
}
