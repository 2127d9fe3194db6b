import { type Checkbox, PageWords, TextSource, type Word } from "../../proto/document/v1/document.pb.ts";

/** Pixels of one character and of one line in a typed page. */
const CHAR_WIDTH = 12;
const LINE_PITCH = 32;
const TEXT_HEIGHT = 18;
const MARGIN = 100;
const TITLE_SCALE = 1.7;

export interface FixtureOptions {
  readonly page?: number;
  /** What the second reading says instead of a word; words not named are read alike. */
  readonly second?: Readonly<Record<string, string>>;
  /** Confidence of words by text; 0.96 when not named. */
  readonly confidence?: Readonly<Record<string, number>>;
  readonly checkboxes?: readonly Checkbox[];
  /** Pixels by which each line lies lower than the grid says. */
  readonly shift?: (line: number) => number;
}

/**
 * A page for tests, typed in a fixed-width font: a character's column is its place, two spaces or more part columns, a line
 * that begins with `# ` is a title. Both readings agree unless `second` says otherwise.
 */
export function typedPage(lines: readonly string[], options: FixtureOptions = {}): PageWords {
  const words = lines.flatMap((line, at) => typedLine(line, at, options));
  return PageWords.fromPartial({
    page: options.page ?? 1,
    widthPx: 1700,
    heightPx: 2200,
    dpi: 200,
    source: TextSource.OCR,
    words,
    checkboxes: [...(options.checkboxes ?? [])],
  });
}

/** The box of a check mark that stands before the given column of a line. */
export function checkboxAt(line: number, column: number, checked: boolean): Checkbox {
  const y0 = MARGIN + line * LINE_PITCH;
  const x0 = MARGIN + column * CHAR_WIDTH;
  return { box: { x0, y0, x1: x0 + TEXT_HEIGHT, y1: y0 + TEXT_HEIGHT }, checked, confidence: 0.95 };
}

function typedLine(line: string, at: number, options: FixtureOptions): Word[] {
  const title = line.startsWith("# ");
  const scale = title ? TITLE_SCALE : 1;
  const y0 = MARGIN + at * LINE_PITCH + (options.shift?.(at) ?? 0) - (scale - 1) * TEXT_HEIGHT;
  return [...(title ? line.slice(2) : line).matchAll(/\S+/g)].map((match): Word => {
    const x0 = MARGIN + match.index * CHAR_WIDTH * scale;
    const text = match[0];
    return {
      text,
      box: { x0, y0, x1: x0 + text.length * CHAR_WIDTH * scale - 3, y1: y0 + TEXT_HEIGHT * scale },
      confidence: options.confidence?.[text] ?? 0.96,
      line: at,
      block: 0,
      secondText: options.second?.[text] ?? text,
      secondConfidence: 0.95,
    };
  });
}
