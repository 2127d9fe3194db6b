import { PayerHubError } from "../../runtime/error.ts";

/** Boxes count in thousandths of the page. */
const SCALE = 1_000;

/** Left, top, right, bottom. */
export type Box = readonly [number, number, number, number];

/**
 * A box in pixels as LayoutLMv3 wants it: 0 to 1000 of the page's width and height, rounded down, right and bottom never before
 * left and top. What reaches over the edge of the page is cut; INVALID_ARGUMENT for what is no finite number.
 */
export function pageBox(box: Box, page: { readonly width: number; readonly height: number }): Box {
  const { width, height } = page;
  if (!box.every(Number.isFinite) || !(width > 0) || !(height > 0)) {
    throw new PayerHubError(
      "INVALID_ARGUMENT",
      `placing a box on a page of ${width} × ${height}: it must have four finite numbers and a page`,
    );
  }
  const [x0, y0] = [share(box[0], width), share(box[1], height)];
  return [x0, y0, Math.max(x0, share(box[2], width)), Math.max(y0, share(box[3], height))];
}

function share(position: number, size: number): number {
  return Math.min(SCALE, Math.max(0, Math.trunc(SCALE * (position / size))));
}
