import PDFDocument from "pdfkit";
import type { TruthBox, TruthCheckbox, TruthField, TruthWord } from "../truth.ts";
import type { Mark, Piece, Text, WordPieces } from "./spans.ts";
import { toWords } from "./spans.ts";
import type { Style } from "./style.ts";

/** US letter in points. */
export const PAGE_WIDTH = 612;
export const PAGE_HEIGHT = 792;
/** Room kept for the page number, in points. */
const FOOTER_HEIGHT = 30;
/** Height of the drawn box above and below the baseline as parts of the size: capitals and descenders. */
const ABOVE = 0.76;
const BELOW = 0.22;

export interface Pen {
  readonly bold?: boolean;
  readonly italic?: boolean;
  /** The fax machine's own face instead of the document's. */
  readonly machine?: boolean;
  /** Points; the style's size when not given. */
  readonly size?: number;
  readonly color?: string;
}

export interface Drawing {
  readonly pdf: Uint8Array;
  readonly pageCount: number;
  readonly fields: readonly TruthField[];
  readonly words: readonly TruthWord[];
  readonly checkboxes: readonly TruthCheckbox[];
}

interface Placed extends Piece {
  readonly x0: number;
  readonly x1: number;
}

/** A PDF under construction that writes down every word, value and box it draws. Coordinates are points from the top left. */
export class Canvas {
  readonly style: Style;
  readonly checkboxes: TruthCheckbox[] = [];
  /** Top of the next block. */
  y: number;
  page = 1;
  /** Draws the head of every page after the first. */
  onPage: ((canvas: Canvas) => void) | undefined;
  readonly #doc: PDFKit.PDFDocument;
  readonly #chunks: Uint8Array[] = [];
  readonly #words: TruthWord[] = [];
  readonly #fields = new Map<Mark, TruthField>();
  readonly #ended: Promise<void>;

  /** `createdOn` is the ISO date written into the PDF, so that the bytes depend on the seed only. */
  constructor(style: Style, createdOn: string) {
    this.style = style;
    this.y = style.margin;
    const created = new Date(`${createdOn}T12:00:00Z`);
    this.#doc = new PDFDocument({
      size: [PAGE_WIDTH, PAGE_HEIGHT],
      margin: 0,
      info: { CreationDate: created, ModDate: created, Producer: "PayerHub corpus", Creator: "PayerHub corpus" },
    });
    this.#doc.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    this.#ended = new Promise((resolve, reject) => {
      this.#doc.on("end", resolve);
      this.#doc.on("error", reject);
    });
  }

  get left(): number {
    return this.style.margin;
  }

  get width(): number {
    return PAGE_WIDTH - 2 * this.style.margin;
  }

  get bottom(): number {
    return PAGE_HEIGHT - this.style.margin - FOOTER_HEIGHT;
  }

  lineHeight(pen: Pen = {}): number {
    return this.#size(pen) * this.style.leading;
  }

  newPage(): void {
    this.#doc.addPage({ size: [PAGE_WIDTH, PAGE_HEIGHT], margin: 0 });
    this.page += 1;
    this.y = this.style.margin;
    this.onPage?.(this);
  }

  /** Starts a page when `height` points do not fit on this one. */
  need(height: number): void {
    if (this.y + height > this.bottom) this.newPage();
  }

  measure(text: string, pen: Pen = {}): number {
    return this.#select(pen, false).widthOfString(text);
  }

  /** Draws words on one line with the baseline at `baseline`; returns the x after the last word. */
  line(words: readonly WordPieces[], x: number, baseline: number, pen: Pen = {}): number {
    const space = this.measure(" ", pen);
    let at = x;
    for (const [index, word] of words.entries()) {
      const placed: Placed[] = [];
      for (const [part, piece] of word.pieces.entries()) {
        const end = at + this.#select(pen, piece.bold).widthOfString(piece.text);
        placed.push({ ...piece, x0: at, x1: end });
        const spaced = part === word.pieces.length - 1 && index < words.length - 1;
        this.#doc.text(spaced ? `${piece.text} ` : piece.text, at, baseline, { lineBreak: false, baseline: "alphabetic" });
        at = end;
      }
      this.#record(placed, baseline, this.#size(pen));
      at += space;
    }
    return at - space;
  }

  /** One line of text without wrapping, its top at `top`; returns the x after it. */
  text(text: Text | string, x: number, top: number, pen: Pen = {}): number {
    return this.line(toWords(typeof text === "string" ? [text] : text), x, top + this.#size(pen) * 0.85, pen);
  }

  /** Breaks text into lines no wider than `width` points. */
  wrap(text: Text | string, width: number, pen: Pen = {}): WordPieces[][] {
    const space = this.measure(" ", pen);
    const lines: WordPieces[][] = [];
    let line: WordPieces[] = [];
    let used = 0;
    for (const group of keepGroups(toWords(typeof text === "string" ? [text] : text))) {
      const size = group.reduce((sum, word) => sum + this.#wordWidth(word, pen), 0) + space * (group.length - 1);
      if (line.length > 0 && used + space + size > width) {
        lines.push(line);
        line = [];
        used = 0;
      }
      used += (line.length > 0 ? space : 0) + size;
      line.push(...group);
    }
    if (line.length > 0) lines.push(line);
    return lines;
  }

  /** Strokes a rectangle; with `fill` fills it. */
  rect(box: TruthBox, options: { readonly fill?: string; readonly lineWidth?: number } = {}): void {
    this.#doc.rect(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
    if (options.fill === undefined) this.#doc.lineWidth(options.lineWidth ?? 0.7).stroke("#000000");
    else this.#doc.fill(options.fill);
  }

  rule(x0: number, x1: number, y: number, lineWidth = 0.7): void {
    this.stroke((doc) => doc.moveTo(x0, y).lineTo(x1, y), lineWidth);
  }

  /** Strokes any path. */
  stroke(path: (doc: PDFKit.PDFDocument) => void, lineWidth = 0.7): void {
    path(this.#doc);
    this.#doc.lineWidth(lineWidth).stroke("#000000");
  }

  /** Draws something turned by `degrees` clockwise about a point; words drawn inside are not recorded as upright truth. */
  turned(degrees: number, origin: readonly [number, number], draw: (doc: PDFKit.PDFDocument) => void): void {
    this.#doc.save().rotate(degrees, { origin: [...origin] });
    draw(this.#doc);
    this.#doc.restore();
  }

  async finish(): Promise<Drawing> {
    this.#doc.end();
    await this.#ended;
    return {
      pdf: Buffer.concat(this.#chunks),
      pageCount: this.page,
      fields: [...this.#fields.values()],
      words: this.#words,
      checkboxes: this.checkboxes,
    };
  }

  #size(pen: Pen): number {
    return (pen.size ?? this.style.size) * this.style.font.scale;
  }

  #select(pen: Pen, bold: boolean): PDFKit.PDFDocument {
    const { font } = this.style;
    const cut =
      pen.machine === true ? "Courier-Bold" : bold || pen.bold === true ? font.bold : pen.italic === true ? font.italic : font.regular;
    return this.#doc
      .font(cut)
      .fontSize(this.#size(pen))
      .fillColor(pen.color ?? "#000000");
  }

  #wordWidth(word: WordPieces, pen: Pen): number {
    return word.pieces.reduce((sum, piece) => sum + this.#select(pen, piece.bold).widthOfString(piece.text), 0);
  }

  #record(placed: readonly Placed[], baseline: number, size: number): void {
    const first = placed[0];
    const last = placed.at(-1);
    if (first === undefined || last === undefined) return;
    const rows = { y0: round(baseline - size * ABOVE), y1: round(baseline + size * BELOW) };
    const text = placed.map((piece) => piece.text).join("");
    this.#words.push({ text, page: this.page, box: { x0: round(first.x0), x1: round(last.x1), ...rows } });
    for (const piece of placed) {
      for (const mark of piece.marks) this.#recordField(mark, piece.text, { x0: round(piece.x0), x1: round(piece.x1), ...rows });
    }
  }

  #recordField(mark: Mark, printed: string, box: TruthBox): void {
    const known = this.#fields.get(mark);
    if (known === undefined) {
      this.#fields.set(mark, { name: mark.name, printed, value: mark.value, page: this.page, box });
      return;
    }
    const union = known.page === this.page ? unite(known.box, box) : known.box;
    this.#fields.set(mark, { ...known, printed: `${known.printed} ${printed}`, box: union });
  }
}

function keepGroups(words: readonly WordPieces[]): WordPieces[][] {
  const groups: WordPieces[][] = [];
  let open = false;
  for (const word of words) {
    if (open) groups.at(-1)?.push(word);
    else groups.push([word]);
    open = word.keep;
  }
  return groups;
}

function unite(a: TruthBox, b: TruthBox): TruthBox {
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
