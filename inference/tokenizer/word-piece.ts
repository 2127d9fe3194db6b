import type { WordModel, WordTokens } from "./word-model.ts";

export interface WordPieceOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownId: number;
  /** What stands before a piece that does not begin a word: "##". */
  readonly continuation: string;
  /** Longer words, in code points, are unknown. */
  readonly maxCharacters: number;
}

/** The model "WordPiece": the longest piece that fits, from left to right; a word that cannot be cut so is unknown as a whole. */
export function createWordPiece(options: WordPieceOptions): WordModel {
  const { vocabulary, continuation, maxCharacters } = options;
  const longest = [...vocabulary.keys()].reduce((length, piece) => Math.max(length, piece.length), 0);
  const pieceAt = (word: string, start: number): { readonly id: number; readonly end: number } | undefined => {
    const prefix = start === 0 ? "" : continuation;
    for (let end = Math.min(word.length, start + longest); end > start; end -= 1) {
      if (isInsidePair(word, end)) continue;
      const id = vocabulary.get(start === 0 ? word.slice(0, end) : prefix + word.slice(start, end));
      if (id !== undefined) return { id, end };
    }
    return undefined;
  };
  return (word) => {
    const unknown: WordTokens = { ids: [options.unknownId], starts: [0], ends: [word.length] };
    if (codePoints(word) > maxCharacters) return unknown;
    const [ids, starts, ends]: [number[], number[], number[]] = [[], [], []];
    for (let start = 0; start < word.length; ) {
      const piece = pieceAt(word, start);
      if (piece === undefined) return unknown;
      ids.push(piece.id);
      starts.push(start);
      ends.push(piece.end);
      start = piece.end;
    }
    return { ids, starts, ends };
  };
}

/** True between the two units of one code point. */
function isInsidePair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) if (!isInsidePair(text, index)) count += 1;
  return count;
}
