import { PayerHubError } from "../../runtime/error.ts";
import type { PostProcessor } from "./tokenizer-file.ts";

/** What stands around every sequence. */
export interface Framing {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Special tokens around one sequence, as the post-processor says; none without one. */
export function framingOf(processor: PostProcessor | null): Framing {
  if (processor === null || processor.type === "ByteLevel") return { before: [], after: [] };
  if (processor.type !== "TemplateProcessing") return { before: [processor.cls[1]], after: [processor.sep[1]] };
  const [before, after]: [number[], number[]] = [[], []];
  let side = before;
  for (const piece of processor.single) {
    if ("Sequence" in piece) side = after;
    else side.push(...idsOf(piece.SpecialToken.id, processor.special_tokens));
  }
  return { before, after };
}

function idsOf(name: string, specials: Readonly<Record<string, { readonly ids: readonly number[] }>>): readonly number[] {
  const special = specials[name];
  if (special !== undefined) return special.ids;
  throw new PayerHubError("INVALID_ARGUMENT", `reading a tokenizer.json: special token "${name}" has no ids, it must have some`);
}
