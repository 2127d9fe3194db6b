import type { Box } from "../../proto/document/v1/document.pb.ts";
import { unionBox } from "./lines.ts";
import type { Check } from "./parsed.ts";
import type { Agreement, ReadValue } from "./readings.ts";
import type { Token } from "./tokens.ts";

/** What speaks for one sighting of a value; the confidence model turns it into a probability. */
export interface Evidence {
  readonly agreement: Agreement;
  readonly check: Check;
  /** Lowest confidence of the words read, 0 to 1. */
  readonly wordConfidence: number;
  /** Lowest confidence of the second reading, 0 to 1; 0 when none was made. */
  readonly secondConfidence: number;
  /** How well the label was read, 0 to 1; 0 when the value was found without one. */
  readonly labelScore: number;
  /** The value was not in its label's own cell. */
  readonly farFromLabel: boolean;
  /** Look-alike characters were replaced or another repair was made. */
  readonly repaired: boolean;
  /** A cross-field rule agrees: totals add up, drug fits code, name repeats. */
  readonly consistent: boolean;
  /** Undefined when no model was asked. */
  readonly model?: ModelEvidence;
}

/** What the text models say of the words of a sighting: probabilities, 0 to 1, mean over its words. */
export interface ModelEvidence {
  /** That they are of this field, by layout. */
  readonly field: number;
  /** That they are of the likeliest other field. */
  readonly otherField: number;
  /** That they are of this field's entity type; 0 where it has none. */
  readonly entity: number;
  readonly otherEntity: number;
}

/** One sighting of a field's value on a page. */
export interface FieldCandidate {
  readonly name: string;
  readonly value: string;
  readonly otherValue: string;
  readonly rawText: string;
  readonly page: number;
  readonly box: Box;
  readonly wordIndexes: readonly number[];
  readonly steps: readonly string[];
  /** `label`, `table`, `lexicon`, `prose`, `checkbox`, `header` or `layout`. */
  readonly method: string;
  readonly evidence: Evidence;
}

const REPAIRS = new Set(["digits", "look_alikes", "point", "slashes", "second_reading", "one_confusion", "lexicon_fuzzy", "unruled"]);

export interface Sighting {
  readonly name: string;
  readonly method: string;
  readonly labelScore?: number;
  readonly farFromLabel?: boolean;
  readonly consistent?: boolean;
}

/** Makes a candidate of a value that was read. */
export function candidateOf(read: ReadValue, sighting: Sighting): FieldCandidate {
  const { tokens } = read;
  return {
    name: sighting.name,
    value: read.value,
    otherValue: read.otherValue,
    rawText: read.rawText,
    page: tokens[0]?.page ?? 0,
    box: unionBox(tokens.map((token) => token.box)),
    wordIndexes: [...new Set(tokens.map((token) => token.index))],
    steps: read.steps,
    method: sighting.method,
    evidence: {
      agreement: read.agreement,
      check: read.check,
      wordConfidence: lowest(tokens.map((token) => token.confidence)),
      secondConfidence: read.agreement === "single" ? 0 : lowest(tokens.map((token) => token.secondConfidence)),
      labelScore: sighting.labelScore ?? 0,
      farFromLabel: sighting.farFromLabel ?? false,
      repaired: read.steps.some((step) => REPAIRS.has(step)),
      consistent: sighting.consistent ?? false,
    },
  };
}

function lowest(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.max(0, Math.min(1, ...values));
}

/** A value that must stand here and could not be read; it counts as found with confidence 0, so that a person looks. */
export function unreadable(tokens: readonly Token[], sighting: Sighting): FieldCandidate {
  return candidateOf(
    {
      value: "",
      otherValue: "",
      rawText: tokens.map((token) => token.text).join(" "),
      tokens,
      steps: [],
      check: "failed",
      agreement: "single",
    },
    sighting,
  );
}
