import type { Quality } from "../../corpus/truth.ts";
import { DocumentType } from "../../proto/document/v1/document.pb.ts";
import type { Planned } from "./sample.ts";

/** Every type the corpus writes, `other` included. */
export const TYPES: readonly DocumentType[] = Object.values(DocumentType).filter((type) => type >= 1 && type <= 11);

/** Classes on which confidences are fitted: what faxes mostly are, and both families of degradation. */
const BUILD_QUALITIES: readonly Quality[] = [
  { resolution: "fine", level: "mild", family: "fax" },
  { resolution: "standard", level: "mild", family: "fax" },
  { resolution: "fine", level: "clean", family: "fax" },
  { resolution: "fine", level: "mild", family: "scanner" },
];

/** One document of each type per seed; the classes take turns. */
export function buildPlan(first: number, count: number): Planned[] {
  return Array.from({ length: count }, (_, index) => first + index).flatMap((seed) =>
    TYPES.flatMap((type) => {
      const quality = BUILD_QUALITIES[(seed + type) % BUILD_QUALITIES.length];
      return quality === undefined ? [] : [{ seed, type, quality }];
    }),
  );
}

/** Classes that the evaluation reports, in the order in which documents take them. */
const EVALUATION_QUALITIES: readonly Quality[] = [
  { resolution: "fine", level: "mild", family: "fax" },
  { resolution: "standard", level: "mild", family: "fax" },
  { resolution: "fine", level: "mild", family: "scanner" },
  { resolution: "fine", level: "clean", family: "fax" },
  { resolution: "fine", level: "bad", family: "fax" },
  { resolution: "standard", level: "clean", family: "fax" },
  { resolution: "pdf", level: "clean", family: "fax" },
  { resolution: "standard", level: "mild", family: "scanner" },
];

/** The evaluation's documents: all types in one class, then all in the next; each has a seed of its own. */
export function evaluationPlan(seed: number, count: number): Planned[] {
  return Array.from({ length: count }, (_, index) => {
    const type = TYPES[index % TYPES.length] ?? DocumentType.OTHER;
    const quality = EVALUATION_QUALITIES[Math.floor(index / TYPES.length) % EVALUATION_QUALITIES.length];
    if (quality === undefined) throw new RangeError(`planning the document "${index}": no class is left, there must be one`);
    return { seed: seed + index, type, quality };
  });
}
