import { type DateFormat, DATE_FORMATS } from "../calendar.ts";
import type { Random } from "../random.ts";
import { type FontFamily, pickFont } from "./fonts.ts";

export type Layout = "letter" | "form" | "table";

export const LAYOUTS: readonly Layout[] = ["letter", "form", "table"];

/** Every typographic decision of one document, drawn once so that a document looks of one piece. */
export interface Style {
  readonly layout: Layout;
  readonly font: FontFamily;
  /** Body size in points, 8 to 12. */
  readonly size: number;
  /** Page margin in points. */
  readonly margin: number;
  /** Line height as a multiple of the size. */
  readonly leading: number;
  readonly dateFormat: DateFormat;
  readonly phoneFormat: "parens" | "dashes" | "dots";
  readonly ndcHyphens: boolean;
  /** How label and value pairs are set. */
  readonly facts: "inline" | "above" | "boxed" | "grid";
  readonly columns: 1 | 2 | 3;
  readonly labelBold: boolean;
  readonly labelUpper: boolean;
  readonly colon: boolean;
  readonly valuesUpper: boolean;
  readonly tableLines: "all" | "rows" | "header";
  readonly tick: "x" | "check" | "fill";
  readonly heading: "bar" | "rule" | "plain";
  readonly letterhead: "left" | "center" | "right";
}

export interface StyleRequest {
  readonly layout?: Layout;
  /** Smallest body size in points; 8 when not given. */
  readonly minSize?: number;
}

/** Draws a style. */
export function createStyle(random: Random, request: StyleRequest = {}): Style {
  const layout = request.layout ?? random.pick(LAYOUTS);
  const font = pickFont(random.fork("font"));
  const smallest = request.minSize ?? 8;
  const size = Math.min(12, Math.max(smallest, Math.round(random.between(smallest * 2, 23)) / 2));
  const facts: Readonly<Record<Layout, readonly Style["facts"][]>> = {
    letter: ["inline", "inline", "grid"],
    form: ["boxed", "above", "inline"],
    table: ["grid", "grid", "boxed"],
  };
  const chosen = random.pick(facts[layout]);
  return {
    layout,
    font,
    size,
    margin: random.int(40, 64),
    leading: random.between(1.22, 1.42),
    dateFormat: random.pick(DATE_FORMATS),
    phoneFormat: random.pick(["parens", "dashes", "dots"]),
    ndcHyphens: random.chance(0.6),
    facts: chosen,
    columns: chosen === "grid" ? 1 : random.pick(size > 10.5 ? [1, 2] : [1, 2, 2, 3]),
    labelBold: random.chance(0.5),
    labelUpper: random.chance(0.25),
    colon: chosen === "inline" || random.chance(0.4),
    valuesUpper: layout === "form" && random.chance(0.2),
    tableLines: random.pick(["all", "all", "rows", "header"]),
    tick: random.pick(["x", "check", "fill"]),
    heading: random.pick(["bar", "rule", "plain"]),
    letterhead: random.pick(["left", "center", "right"]),
  };
}
