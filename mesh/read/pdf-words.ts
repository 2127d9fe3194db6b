/**
 * One character of a PDF's text layer in page pixels, in the order of the content stream. The box is the tight one of the
 * glyph; left, top, right and bottom are those of its advance and its font, which hold the white space a glyph has.
 */
export interface LayerChar {
  readonly code: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LayerWord {
  readonly text: string;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Index of the text line, top to bottom in the order of the layer. */
  readonly line: number;
}

/** A gap wider than this part of the character height separates words: some producers write no space characters. */
const GAP_OF_HEIGHT = 0.25;
/** Characters belong to one line while their boxes overlap by at least this part of the smaller height. */
const LINE_OVERLAP = 0.5;

/** Groups the characters of a page into words and lines, by space characters, gaps and line breaks. */
export function charsToWords(chars: readonly LayerChar[]): LayerWord[] {
  const words: LayerWord[] = [];
  let current: LayerChar[] = [];
  let line = -1;
  let previous: LayerChar | undefined;
  const close = () => {
    if (current.length > 0) words.push(wordOf(current, line));
    current = [];
  };
  for (const char of chars) {
    if (isSpace(char.code)) {
      close();
      continue;
    }
    if (previous === undefined || !sameLine(previous, char)) {
      close();
      line += 1;
    } else if (char.left - previous.right > GAP_OF_HEIGHT * (char.bottom - char.top)) {
      close();
    }
    current.push(char);
    previous = char;
  }
  close();
  return words;
}

function wordOf(chars: readonly LayerChar[], line: number): LayerWord {
  return {
    text: String.fromCodePoint(...chars.map((char) => char.code)),
    x0: Math.min(...chars.map((char) => char.x0)),
    y0: Math.min(...chars.map((char) => char.y0)),
    x1: Math.max(...chars.map((char) => char.x1)),
    y1: Math.max(...chars.map((char) => char.y1)),
    line,
  };
}

/** White space, control characters and the codes PDFium uses for generated breaks and soft hyphens. */
function isSpace(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0xfffe || code === 0xffff || code > 0x10ffff;
}

function sameLine(previous: LayerChar, char: LayerChar): boolean {
  const overlap = Math.min(previous.bottom, char.bottom) - Math.max(previous.top, char.top);
  const smaller = Math.min(previous.bottom - previous.top, char.bottom - char.top);
  return overlap >= LINE_OVERLAP * smaller && char.left >= previous.left - smaller;
}
