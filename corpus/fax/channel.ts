import { setImmediate } from "node:timers/promises";
import { PAGE_HEIGHT, PAGE_WIDTH } from "../draw/canvas.ts";
import type { Random } from "../random.ts";
import type { Quality, TruthPage } from "../truth.ts";
import { type Affine, compose, quarterTurn, scaling, tilt, translation, warp } from "./affine.ts";
import { type Bitmap, type Gray, turn } from "./bitmap.ts";
import { drawFaxNoise, spoilFax } from "./fax-noise.ts";
import { renderPages } from "./render.ts";
import { adaptiveThreshold, drawScannerNoise, spoilScan } from "./scanner-noise.ts";

export type Rotation = TruthPage["rotation"];

export interface SpoiledPage {
  readonly bitmap: Bitmap;
  /** The scanner's page before it was made black and white, which PNG and JPEG store; a fax has none. */
  readonly gray?: Gray;
  readonly truth: TruthPage;
}

/** Pixels per inch and line width of a raster class. Fax lines have 1728 pixels whatever the paper (ITU-T T.4). */
export interface Raster {
  readonly dpiX: number;
  readonly dpiY: number;
  readonly width: number;
  readonly height: number;
}

export function rasterOf(resolution: Exclude<Quality["resolution"], "pdf">): Raster {
  const sizes: Readonly<Record<string, Raster>> = {
    fine: { dpiX: 204, dpiY: 196, width: 1728, height: 2156 },
    standard: { dpiX: 204, dpiY: 98, width: 1728, height: 1078 },
    scan200: { dpiX: 200, dpiY: 200, width: 1700, height: 2200 },
  };
  return sizes[resolution] as Raster;
}

export interface ChannelOptions {
  readonly quality: Quality;
  readonly random: Random;
  /** Quarter turns by page number; 0 where not given. */
  readonly rotations?: ReadonlyMap<number, Rotation>;
}

/** Sends a drawn PDF through a fax line or a scanner. Yields to the event loop between pages. */
export async function sendPages(pdf: Uint8Array, options: ChannelOptions): Promise<SpoiledPage[]> {
  const { resolution } = options.quality;
  const raster = rasterOf(resolution === "pdf" ? "scan200" : resolution);
  const full = { width: Math.round((PAGE_WIDTH / 72) * raster.dpiX), height: Math.round((PAGE_HEIGHT / 72) * raster.dpiY) };
  const rendered = await renderPages(pdf, full);
  const pages: SpoiledPage[] = [];
  for (const [index, page] of rendered.entries()) {
    const random = options.random.fork(`page-${index + 1}`);
    pages.push(await sendPage(page, { raster, random, quality: options.quality, rotation: options.rotations?.get(index + 1) ?? 0 }));
    await setImmediate();
  }
  return pages;
}

interface PageOptions {
  readonly raster: Raster;
  readonly random: Random;
  readonly quality: Quality;
  readonly rotation: Rotation;
}

async function sendPage(page: Gray, options: PageOptions): Promise<SpoiledPage> {
  const { raster, random, quality } = options;
  const scanner = quality.family === "scanner" ? drawScannerNoise(random, quality.level) : undefined;
  const fax = drawFaxNoise(random, quality.level);
  const points = tilt((scanner ?? fax).skewDegrees, [PAGE_WIDTH / 2, PAGE_HEIGHT / 2], scanner?.shear ?? 0);
  const toRaster = compose(translation((raster.width - page.width) / 2, 0), scaling(page.width / PAGE_WIDTH, page.height / PAGE_HEIGHT));
  const upright = compose(toRaster, points);
  const fromRender = compose(upright, scaling(PAGE_WIDTH / page.width, PAGE_HEIGHT / page.height));
  const placed = warp(page, fromRender, raster);
  const gray = scanner === undefined ? placed : await spoilScan(placed, scanner, random);
  const bitmap = scanner === undefined ? spoilFax(gray, fax, random) : adaptiveThreshold(gray, scanner.offset);
  return finishPage({ bitmap, upright, ...(scanner === undefined ? {} : { gray }) }, options);
}

function finishPage(page: { readonly bitmap: Bitmap; readonly gray?: Gray; readonly upright: Affine }, options: PageOptions): SpoiledPage {
  const { raster, rotation } = options;
  const bitmap = turn(page.bitmap, rotation);
  const quarter = rotation === 90 || rotation === 270;
  const transform = compose(quarterTurn(rotation, raster.width, raster.height), page.upright);
  return {
    bitmap,
    ...(page.gray === undefined ? {} : { gray: turn(page.gray, rotation) }),
    truth: {
      widthPt: PAGE_WIDTH,
      heightPt: PAGE_HEIGHT,
      widthPx: bitmap.width,
      heightPx: bitmap.height,
      dpiX: quarter ? raster.dpiY : raster.dpiX,
      dpiY: quarter ? raster.dpiX : raster.dpiY,
      rotation,
      transform: transform.map((value) => Math.round(value * 1e6) / 1e6),
    },
  };
}
