import type { Truth } from "../../corpus/truth.ts";

/** What no page of the models' training has: a font, a layout, and a coarse fax sent from a scanner. */
export function isHeldOut({ font, layout, quality }: Pick<Truth, "font" | "layout" | "quality">): boolean {
  return font === "tinos" || layout === "table" || (quality.resolution === "standard" && quality.family === "scanner");
}
