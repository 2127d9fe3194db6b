/** A value that is ground truth for one or more fields. Each drawn instance carries its own object. */
export interface Mark {
  readonly name: string;
  readonly value: string;
}

/** A run of text; with marks it is a value of those fields. */
export interface Span {
  readonly text: string;
  readonly marks?: readonly Mark[];
  readonly bold?: boolean;
  /** Free text that may break over lines; other values stay together. */
  readonly breakable?: boolean;
}

export type Text = readonly (string | Span)[];

/** A piece of one word: text between white space and span borders. */
export interface Piece {
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly bold: boolean;
}

/** Pieces without white space between them. `keep`: the next word must stand on the same line. */
export interface WordPieces {
  readonly pieces: Piece[];
  keep: boolean;
}

/** Splits text into words; a comma right after a value becomes a further piece of the value's last word. */
export function toWords(text: Text): WordPieces[] {
  const words: WordPieces[] = [];
  let open = false;
  for (const part of text) {
    const span = typeof part === "string" ? { text: part } : part;
    const together = (span.marks?.length ?? 0) > 0 && span.breakable !== true;
    const tokens = span.text.split(/(\s+)/).filter((token) => token !== "");
    tokens.forEach((token, index) => {
      if (/^\s/.test(token)) {
        open = false;
        return;
      }
      const piece: Piece = { text: token, marks: span.marks ?? [], bold: span.bold ?? false };
      const last = words.at(-1);
      if (open && last !== undefined) last.pieces.push(piece);
      else words.push({ pieces: [piece], keep: false });
      open = true;
      const current = words.at(-1);
      if (together && index < tokens.length - 1 && current !== undefined) current.keep = true;
    });
  }
  return words;
}

/** The plain text of spans. */
export function plainText(text: Text): string {
  return text.map((part) => (typeof part === "string" ? part : part.text)).join("");
}
