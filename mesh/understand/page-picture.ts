import sharp from "sharp";
import { shrinkPage } from "../../inference/tokenizer/page-pixels.ts";

/** Pixels of the largest page that the reader writes: A3 at 400 dpi, and room. */
const MAX_PIXELS = 64_000_000;

/** A page's image, as the reader stored it, as the layout model sees it: 224 × 224 gray bytes. */
export async function pagePicture(png: Uint8Array): Promise<Uint8Array> {
  const { data, info } = await sharp(png, { limitInputPixels: MAX_PIXELS }).grayscale().raw().toBuffer({ resolveWithObject: true });
  return shrinkPage({ width: info.width, height: info.height, channels: 1, data });
}
