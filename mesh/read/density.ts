import type { Density } from "./despeckle.ts";

/** Densities a document page may plausibly have; anything else in a file is taken as missing. */
const MIN_DPI = 50;
const MAX_DPI = 1300;
/** Row lengths of ITU-T T.4 at 204 (8.03 lines/mm) and 408 pixels per inch. */
const FAX_WIDTHS: ReadonlyMap<number, number> = new Map([
  [1728, 204],
  [2048, 204],
  [2432, 204],
  [3456, 408],
  [4096, 408],
]);
/** Vertical densities of ITU-T T.4: standard, fine, superfine. */
const FAX_ROWS = [98, 196, 391] as const;
const PAGE_WIDTH_INCH = 8.5;
const PAGE_HEIGHT_INCH = 11;

/** Density of a page: what the file says where it is plausible, else what fax widths and a letter page suggest. */
export function densityOf(
  size: { readonly width: number; readonly height: number },
  tagged: { readonly dpiX: number; readonly dpiY: number },
): Density {
  const sane = (dpi: number) => dpi >= MIN_DPI && dpi <= MAX_DPI;
  // Some senders swap nothing but leave 72 or 96 in place of "unknown": a page 24 inches wide is not one.
  const believable =
    sane(tagged.dpiX) && sane(tagged.dpiY) && Math.max(size.width / tagged.dpiX, size.height / tagged.dpiY) <= 2 * PAGE_HEIGHT_INCH;
  if (believable) return tagged;
  const faxDpi = FAX_WIDTHS.get(size.width);
  if (faxDpi !== undefined) return { dpiX: faxDpi, dpiY: nearestRows(size.height) };
  const landscape = size.width > size.height;
  const dpi = size.width / (landscape ? PAGE_HEIGHT_INCH : PAGE_WIDTH_INCH);
  return { dpiX: dpi, dpiY: dpi };
}

function nearestRows(height: number): number {
  const distance = (rows: number) => Math.abs(Math.log(height / rows / PAGE_HEIGHT_INCH));
  return [...FAX_ROWS].sort((a, b) => distance(a) - distance(b))[0] ?? 196;
}
