import type { TextPart } from "./added-tokens.ts";
import type { SourceText } from "./source-text.ts";
import type { TokenList } from "./tokens.ts";

/** A token that stands in the text by its own name. */
export interface TokenPlace {
  /** What was found, with the white space that the token takes. */
  readonly text: string;
  /** Units of the original. */
  readonly start: number;
  readonly end: number;
}

/** One kind of tokenizer: how text is normalized, cut into words, and words into tokens. */
export interface Family {
  normalize(source: SourceText): SourceText;
  addToken(list: TokenList, id: number, place: TokenPlace): void;
  /** Adds the tokens of one part of a normalized text, with their place in the original. */
  encode(source: SourceText, part: TextPart, list: TokenList): void;
}
