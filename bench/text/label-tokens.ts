import type { Truth, TruthBox, TruthField, TruthWord } from "../../corpus/truth.ts";
import { fieldSpecName } from "../../mesh/fields.ts";
import type { Box } from "../../proto/document/v1/document.pb.ts";
import { entityOf } from "../../mesh/understand/entity-of-field.ts";
import { fitPage, mapBox } from "./fit-page.ts";

/** Share of a token that must lie within a drawn word to be its reading. */
const MIN_COVER = 0.5;
/** Characters of a value that is also looked for where truth has no field: shorter ones stand elsewhere by chance. */
const MIN_MENTION_CHARS = 5;

interface TokenText {
  readonly text: string;
  readonly box: Box;
}

/** BIO labels of one token: of the field it stands in, and of the entity it is part of. */
export interface TokenLabels {
  readonly field: string;
  readonly entity: string;
}

/** One value as drawn, or one mention of it. */
interface Instance {
  readonly field: TruthField;
}

/**
 * Labels a read page's tokens, in reading order, with what was drawn there. A misread token keeps its label: the model is to find
 * values as the reader reads them. Undefined when the page was read too badly to be mapped.
 */
export function labelTokens(truth: Truth, page: number, tokens: readonly TokenText[]): readonly TokenLabels[] | undefined {
  const words = truth.words.filter((word) => word.page === page);
  const affine = fitPage(words, tokens);
  if (affine === undefined) return undefined;
  const owners = ownersOf(
    words,
    truth.fields.filter((field) => field.page === page),
  );
  const mapped = words.map((word) => mapBox(affine, word.box));
  const instances = tokens.map(({ box }) => {
    const at = mostCovering(mapped, box);
    return at === undefined ? undefined : owners.get(words[at] as TruthWord);
  });
  const fields = bio(instances, ({ field }) => fieldSpecName(field.name));
  const mentions = bio(withMentions(instances, tokens, truth.fields), ({ field }) => entityOf(field.name));
  return tokens.map((_, at) => ({ field: fields[at] ?? "O", entity: mentions[at] ?? "O" }));
}

/** The value that each drawn word belongs to. Where values lie within each other, the smaller box is the nearer one. */
function ownersOf(words: readonly TruthWord[], fields: readonly TruthField[]): ReadonlyMap<TruthWord, Instance> {
  const owners = new Map<TruthWord, Instance>();
  const largestFirst = fields.toSorted((a, b) => area(b.box) - area(a.box));
  for (const field of largestFirst) {
    const instance: Instance = { field };
    for (const word of wordsOfValue(field, words)) owners.set(word, instance);
  }
  return owners;
}

/** A value that wraps has a box with foreign words in it: the run of words that spells it is meant. */
function wordsOfValue(field: TruthField, words: readonly TruthWord[]): readonly TruthWord[] {
  const inside = words.filter(({ box }) => contains(field.box, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2));
  const printed = field.printed.split(/\s+/);
  for (let start = 0; start + printed.length <= inside.length; start += 1) {
    const run = inside.slice(start, start + printed.length);
    if (run.every(({ text }, at) => text.includes(printed[at] ?? ""))) return run;
  }
  return inside;
}

/** Tokens that spell a value of the document where no field was drawn, as in a letter's text. */
function withMentions(
  instances: readonly (Instance | undefined)[],
  tokens: readonly TokenText[],
  fields: readonly TruthField[],
): readonly (Instance | undefined)[] {
  const found = [...instances];
  const plain = tokens.map(({ text }) => bare(text));
  const values = new Map(fields.filter(({ name }) => entityOf(name) !== undefined).map((field) => [bare(field.printed), field]));
  for (const field of values.values()) {
    const printed = field.printed.split(/\s+/).map(bare);
    if (printed.join("").length < MIN_MENTION_CHARS) continue;
    for (let start = 0; start + printed.length <= plain.length; start += 1) {
      const isFree = printed.every((part, at) => plain[start + at] === part && found[start + at] === undefined);
      if (isFree) found.fill({ field }, start, start + printed.length);
    }
  }
  return found;
}

function bio(instances: readonly (Instance | undefined)[], nameOf: (instance: Instance) => string | undefined): readonly string[] {
  const seen = new Set<Instance>();
  return instances.map((instance, at) => {
    const name = instance === undefined ? undefined : nameOf(instance);
    if (instance === undefined || name === undefined) return "O";
    // A value that is interrupted, as by a column beside it, goes on as the same entity.
    const inside = instances[at - 1] === instance || seen.has(instance);
    seen.add(instance);
    return `${inside ? "I" : "B"}-${name}`;
  });
}

function mostCovering(boxes: readonly Box[], box: Box): number | undefined {
  let best: number | undefined;
  let most = MIN_COVER * Math.max(1, area(box));
  for (const [at, other] of boxes.entries()) {
    const shared = overlap(other, box);
    if (shared >= most) [best, most] = [at, shared];
  }
  return best;
}

function overlap(a: Box, b: Box): number {
  return Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));
}

function area(box: TruthBox): number {
  return (box.x1 - box.x0) * (box.y1 - box.y0);
}

function contains(box: TruthBox, x: number, y: number): boolean {
  return x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
}

function bare(text: string): string {
  return text.toLowerCase().replace(/^[^\p{L}\p{N}$]+|[^\p{L}\p{N}%]+$/gu, "");
}
