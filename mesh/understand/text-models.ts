import type { LabeledPage, WordLabeler } from "../../inference/client/word-labeler.ts";
import type { WordLabels } from "../../inference/client/word-labels.ts";
import type { PageWords } from "../../proto/document/v1/document.pb.ts";
import { pageModel } from "./page-model.ts";
import { placedTokens } from "./placed-tokens.ts";
import type { Token } from "./tokens.ts";

/** What the models say of one page: a row of either by token. */
export interface PageLabels {
  readonly page: number;
  readonly tokens: readonly Token[];
  /** By field name, as `member.id` or `lines[].hcpcs`. */
  readonly fields: WordLabels;
  /** By entity type, as `PERSON`. */
  readonly entities: WordLabels;
}

/** What text models say of a document. */
export interface DocumentLabels {
  /** Names of the models, for the provenance. */
  readonly models: readonly string[];
  readonly pages: readonly PageLabels[];
}

/** One page to label, with its picture of 224 × 224 gray bytes where there is one. */
export interface PageToLabel {
  readonly words: PageWords;
  readonly picture: Uint8Array | undefined;
}

/** Fields by layout and entities by context. */
export interface TextModels {
  /** Rejects as `WordLabeler.label` does: then rules go on alone. */
  label(pages: readonly PageToLabel[], options: LabelOptions): Promise<DocumentLabels>;
}

export interface LabelOptions {
  readonly signal: AbortSignal;
  /** Told after every few pages. */
  readonly progress: () => void;
}

/** Pages asked for at one time: enough to fill an execution, few enough that none waits long for the others. */
const PAGES_AT_ONCE = 4;

export interface TextModelParts {
  /** Labels are field names. */
  readonly layout: WordLabeler;
  /** Labels are entity types. */
  readonly entities: WordLabeler;
}

/** Both models side by side; what they are given is what they were trained on. */
export function createTextModels({ layout, entities }: TextModelParts): TextModels {
  const labelPage = async ({ words, picture }: PageToLabel, signal: AbortSignal): Promise<PageLabels> => {
    const placed = placedTokens(pageModel(words));
    const page: LabeledPage = { words: placed.map(({ token }) => token.text), boxes: placed.map(({ cell }) => cell), picture };
    const [fields, types] = await Promise.all([layout.label(page, signal), entities.label(page, signal)]);
    return { page: words.page, tokens: placed.map(({ token }) => token), fields, entities: types };
  };
  return {
    label: async (pages, { signal, progress }) => {
      const labeled: PageLabels[] = [];
      for (let at = 0; at < pages.length; at += PAGES_AT_ONCE) {
        const together = pages.slice(at, at + PAGES_AT_ONCE);
        labeled.push(...(await Promise.all(together.map(async (page) => await labelPage(page, signal)))));
        progress();
      }
      return { models: [layout.model, entities.model], pages: labeled };
    },
  };
}
