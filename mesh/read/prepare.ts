import { blurGray } from "./blur.ts";
import { findBorders, whitenBorders } from "./borders.ts";
import { type FoundCheckbox, findCheckboxes } from "./checkboxes.ts";
import { findComponents } from "./components.ts";
import { type Density, despeckle, largeCount, noiseRatio } from "./despeckle.ts";
import { repairDroppedRows } from "./dropped-rows.ts";
import { type Gray, grayOf, type Ink, inkOf, isTwoLevel, MIDDLE, otsuThreshold } from "./gray.ts";
import { findOrientation } from "./orientation.ts";
import { resizeGray } from "./resize.ts";
import { deskewGray, type QuarterTurn, turnGray } from "./rotate.ts";
import { skewDegrees } from "./skew.ts";

/** Despeckling below this ratio costs decimal points; above it noise costs more (measured, see docs of the read stage). */
const NOISY_RATIO = 0.25;
/** Rows an inch from which a page counts as fine. */
const FINE_ROWS = 150;
/** Density the recognizer gets for a fax. */
const SMOOTH_OCR_DPI = 300;
/** Pages denser than this are shrunk: recognizers gain nothing and pay for every pixel. */
const MAX_PAGE_DPI = 310;
const SHRUNK_DPI = 300;
/** A page with fewer letter-sized components than this is blank. */
const BLANK_LETTERS = 4;

export interface PreparedPage {
  /** The page as people see it: upright, level, square pixels. Boxes refer to it. */
  readonly page: Gray;
  readonly dpi: number;
  /** What the recognizer reads; the same picture scaled by `ocrScale`, cleaned when the page is noisy. */
  readonly ocr: Gray;
  readonly ocrScale: number;
  /**
   * True when the second reading should see the page as it came: it then notices what clean-up took away, such as decimal
   * points. Not on noisy standard faxes, where a row is too coarse to tell specks from strokes.
   */
  readonly secondFromPage: boolean;
  readonly noiseRatio: number;
  readonly turn: QuarterTurn;
  /** False when the direction should be proven by reading. */
  readonly turnCertain: boolean;
  readonly skewDegrees: number;
  readonly blank: boolean;
  readonly checkboxes: readonly FoundCheckbox[];
}

export interface PrepareOptions {
  readonly density: Density;
  /** Turn found by reading; replaces the one found by looking. */
  readonly turn?: QuarterTurn;
  /** The page is known to be level: a rendered digital page. */
  readonly level?: boolean;
}

/** Brings a decoded page to the form that is stored and read. Pure: the same picture gives the same result. */
export function preparePage(source: Gray, options: PrepareOptions): PreparedPage {
  const cleaned = cleanSource(source, options.density);
  const { dpi, square } = squarePixels(cleaned.gray, options.density);
  const squareComponents = findComponents(inkOf(square, cleaned.threshold));
  const found = findOrientation(squareComponents, dpi);
  const turn = options.turn ?? found.turn;
  const turned = turnGray(square, turn);
  const skew = options.level === true ? 0 : skewOf(cleaned, turned, { turn, density: options.density });
  const page = deskewGray(turned, skew);
  const ink = inkOf(page, cleaned.threshold);
  const noisy = cleaned.noise > NOISY_RATIO;
  const blank = largeCount(squareComponents, { dpiX: dpi, dpiY: dpi }) < BLANK_LETTERS;
  // Jagged two-level rows read better when they are enlarged and smoothed, clean ones too.
  const jagged = noisy || cleaned.twoLevel;
  const ocrScale = jagged && dpi < SMOOTH_OCR_DPI ? SMOOTH_OCR_DPI / dpi : 1;
  return {
    page,
    dpi,
    ocr: ocrPicture(cleaned, page, { ...options, turn, skew, ocrScale, noisy, jagged }),
    ocrScale,
    secondFromPage: !noisy || options.density.dpiY >= FINE_ROWS,
    noiseRatio: cleaned.noise,
    turn,
    turnCertain: options.turn !== undefined || found.certain,
    skewDegrees: skew,
    blank,
    checkboxes: blank ? [] : findCheckboxes(ink, page === square ? squareComponents : findComponents(ink), dpi),
  };
}

interface CleanedSource {
  readonly gray: Gray;
  readonly ink: Ink;
  /** Level below which a pixel is ink, for this picture and what is made of it. */
  readonly threshold: number;
  readonly twoLevel: boolean;
  readonly noise: number;
}

/** Native rows: lost ones filled, borders white, noise measured. */
function cleanSource(source: Gray, density: Density): CleanedSource {
  const twoLevel = isTwoLevel(source);
  const threshold = twoLevel ? MIDDLE : otsuThreshold(source);
  const ink = inkOf(source, threshold);
  const repaired = twoLevel ? repairDroppedRows(ink) : ink;
  const components = findComponents(repaired);
  const gray = whitenBorders(repaired === ink ? source : grayOf(repaired), findBorders(repaired));
  return { gray, ink: gray === source ? repaired : inkOf(gray, threshold), threshold, twoLevel, noise: noiseRatio(components, density) };
}

function squarePixels(gray: Gray, density: Density): { readonly square: Gray; readonly dpi: number } {
  const dpi = density.dpiX > MAX_PAGE_DPI ? SHRUNK_DPI : density.dpiX;
  const width = Math.max(1, Math.round((gray.width * dpi) / density.dpiX));
  const height = Math.max(1, Math.round((gray.height * dpi) / density.dpiY));
  return { dpi, square: resizeGray(gray, width, height) };
}

function skewOf(cleaned: CleanedSource, turned: Gray, options: { readonly turn: QuarterTurn; readonly density: Density }): number {
  if (options.turn === 0) return skewDegrees(cleaned.ink, options.density.dpiX / options.density.dpiY);
  return skewDegrees(inkOf(turned, cleaned.threshold), 1);
}

interface OcrOptions extends PrepareOptions {
  readonly turn: QuarterTurn;
  readonly skew: number;
  readonly ocrScale: number;
  readonly noisy: boolean;
  readonly jagged: boolean;
}

/** What is read: the page itself, or the page without specks, enlarged and smoothed. */
function ocrPicture(cleaned: CleanedSource, page: Gray, options: OcrOptions): Gray {
  if (!options.jagged) return page;
  const base = options.noisy ? withoutSpecks(cleaned, options) : page;
  return blurGray(resizeGray(base, Math.round(page.width * options.ocrScale), Math.round(page.height * options.ocrScale)));
}

/** Specks go on native rows, where a speck is one pixel; then the same geometry as the page. */
function withoutSpecks(cleaned: CleanedSource, options: OcrOptions): Gray {
  const clean = grayOf(despeckle(cleaned.ink, findComponents(cleaned.ink), options.density));
  const { square } = squarePixels(clean, options.density);
  return deskewGray(turnGray(square, options.turn), options.skew);
}
