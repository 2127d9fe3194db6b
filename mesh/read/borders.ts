import type { Components } from "./components.ts";
import type { Gray } from "./gray.ts";

/** A scanner border touches the edge of the page and is at least this long along it. */
const MIN_EDGE_PART = 0.25;
/** And it is solid: at least this part of its outer band is ink. */
const MIN_SOLID = 0.5;
/** Deepest border removed, as a part of the page's width or height. */
const MAX_DEPTH_PART = 0.12;

interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Widths of black scanner borders in pixels, found as solid ink that touches an edge. They ruin page segmentation at fax
 * resolutions, so the reader paints them white; positions on the page stay as they are.
 */
export function findBorders(components: Components, size: { readonly width: number; readonly height: number }): Margins {
  const margins = { left: 0, top: 0, right: 0, bottom: 0 };
  for (let label = 0; label < components.count; label += 1) {
    const [x0, y0, x1, y1] = [components.x0[label] ?? 0, components.y0[label] ?? 0, components.x1[label] ?? 0, components.y1[label] ?? 0];
    const width = x1 - x0 + 1;
    const height = y1 - y0 + 1;
    if ((components.area[label] ?? 0) < MIN_SOLID * width * height) continue;
    const upright = height >= MIN_EDGE_PART * size.height && width <= MAX_DEPTH_PART * size.width;
    const lying = width >= MIN_EDGE_PART * size.width && height <= MAX_DEPTH_PART * size.height;
    if (upright && x0 <= 1) margins.left = Math.max(margins.left, x1 + 1);
    if (upright && x1 >= size.width - 2) margins.right = Math.max(margins.right, size.width - x0);
    if (lying && y0 <= 1) margins.top = Math.max(margins.top, y1 + 1);
    if (lying && y1 >= size.height - 2) margins.bottom = Math.max(margins.bottom, size.height - y0);
  }
  return margins;
}

/** A copy with the margins white; the picture itself when there are none. */
export function whitenBorders(gray: Gray, margins: Margins): Gray {
  if (margins.left + margins.top + margins.right + margins.bottom === 0) return gray;
  const data = gray.data.slice();
  data.fill(255, 0, margins.top * gray.width);
  data.fill(255, (gray.height - margins.bottom) * gray.width);
  for (let y = 0; y < gray.height; y += 1) {
    data.fill(255, y * gray.width, y * gray.width + margins.left);
    data.fill(255, (y + 1) * gray.width - margins.right, (y + 1) * gray.width);
  }
  return { width: gray.width, height: gray.height, data };
}
