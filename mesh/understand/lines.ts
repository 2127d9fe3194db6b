import type { Box } from "../../proto/document/v1/document.pb.ts";
import type { Token } from "./tokens.ts";

/** Share of the text height by which centers of one line may differ. */
const SAME_LINE = 0.45;
/** A token this many times taller than the line is a rule, a stamp or a title beside it. */
const TALLER = 1.9;
/** Tokens lower than this part of the usual height are marks: dashes, points, specks. */
const MARK_HEIGHT = 0.5;
/** Lines that a token may still join, counted upwards: more only matters on skewed noise. */
const OPEN_LINES = 12;

/** Tokens that stand side by side, left to right. */
export interface Line {
  readonly page: number;
  readonly tokens: readonly Token[];
  readonly box: Box;
  /** Median height of the tokens, in pixels. */
  readonly height: number;
}

interface OpenLine {
  readonly tokens: Token[];
  height: number;
}

/** Lines of one page from top to bottom, found by geometry alone: an engine's own lines break at columns. */
export function linesOf(tokens: readonly Token[]): Line[] {
  const body = median(tokens.map((token) => heightOf(token.box)));
  const isMark = (token: Token) => heightOf(token.box) < body * MARK_HEIGHT;
  const open: OpenLine[] = [];
  for (const token of topDown(tokens.filter((one) => !isMark(one)))) {
    const home = open.slice(-OPEN_LINES).find((line) => joins(line, token));
    if (home === undefined) open.push({ tokens: [token], height: heightOf(token.box) });
    else {
      home.tokens.push(token);
      home.height = median(home.tokens.map((member) => heightOf(member.box)));
    }
  }
  placeMarks(open, topDown(tokens.filter(isMark)));
  return open.map(toLine).sort((a, b) => a.box.y0 + a.box.y1 - b.box.y0 - b.box.y1);
}

function topDown(tokens: readonly Token[]): Token[] {
  return [...tokens].sort((a, b) => centerY(a.box) - centerY(b.box) || a.box.x0 - b.box.x0);
}

/** Dashes and points belong to the line they lie within; alone they make a line of their own. */
function placeMarks(open: OpenLine[], marks: readonly Token[]): void {
  const bounds = open.map((line) => ({ line, box: unionBox(line.tokens.map((token) => token.box)) }));
  for (const mark of marks) {
    const middle = centerY(mark.box);
    const home = bounds.find(({ box }) => middle >= box.y0 && middle <= box.y1);
    if (home === undefined) open.push({ tokens: [mark], height: heightOf(mark.box) });
    else home.line.tokens.push(mark);
  }
}

function joins(line: OpenLine, token: Token): boolean {
  const height = heightOf(token.box);
  if (height > line.height * TALLER || line.height > height * TALLER) return false;
  const nearest = line.tokens.reduce((best, member) => (gap(member.box, token.box) < gap(best.box, token.box) ? member : best));
  const drift = Math.abs(centerY(nearest.box) - centerY(token.box));
  return drift < SAME_LINE * Math.max(line.height, Math.min(height, line.height * 1.3));
}

function toLine(line: OpenLine): Line {
  const tokens = [...line.tokens].sort((a, b) => a.box.x0 - b.box.x0);
  return { page: tokens[0]?.page ?? 0, tokens, box: unionBox(tokens.map((token) => token.box)), height: line.height };
}

/** Horizontal distance between two boxes; 0 when they overlap. */
export function gap(a: Box, b: Box): number {
  return Math.max(0, Math.max(a.x0, b.x0) - Math.min(a.x1, b.x1));
}

export function centerY(box: Box): number {
  return (box.y0 + box.y1) / 2;
}

export function heightOf(box: Box): number {
  return Math.max(1, box.y1 - box.y0);
}

/** The smallest box around all of them; a zero box around none. */
export function unionBox(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x0: 0, y0: 0, x1: 0, y1: 0 };
  return boxes.reduce((all, box) => ({
    x0: Math.min(all.x0, box.x0),
    y0: Math.min(all.y0, box.y0),
    x1: Math.max(all.x1, box.x1),
    y1: Math.max(all.y1, box.y1),
  }));
}

/** Middle value of an unsorted list; 1 for an empty one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}
