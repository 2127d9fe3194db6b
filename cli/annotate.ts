import { fileURLToPath } from "node:url";
import sharp, { type OverlayOptions } from "sharp";
import type { Field } from "../proto/document/v1/document.pb.ts";

/** Label height on the annotated page, in dots per inch of Pango's 72-point scale: readable at full size, small against text. */
const LABEL_DPI = 110;
/** Space between a box and the words in it, in pixels. */
const PADDING = 3;
/** Decoder limit of one page image, in pixels: the reading stage's own page limit. */
const MAX_PIXELS = 40_000_000;

const FONT_FILE = fileURLToPath(import.meta.resolve("@expo-google-fonts/roboto/500Medium/Roboto_500Medium.ttf"));

/** What one box says. */
export type AnnotatedField = Pick<Field, "name" | "confidence" | "box">;

/**
 * Draws where each field came from: a box around its words, the field's name and confidence above it. Green is trusted,
 * amber is doubtful, red needs a person; the line style says the same without color (solid, dashed, dotted).
 */
export async function annotatePage(png: Uint8Array, fields: readonly AnnotatedField[]): Promise<Uint8Array> {
  const page = sharp(png, { limitInputPixels: MAX_PIXELS }).toColourspace("srgb");
  const { width, height } = await sharp(png, { limitInputPixels: MAX_PIXELS }).metadata();
  const boxed = fields.filter((field) => field.box !== undefined);
  const frames = boxed.map((field) => frameOf(field)).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${frames}</svg>`;
  const labels = await Promise.all(boxed.map(async (field) => await labelOf(field, { width, height })));
  return await page
    .composite([{ input: Buffer.from(svg), top: 0, left: 0 }, ...labels])
    .png({ compressionLevel: 6 })
    .toBuffer();
}

interface Level {
  readonly color: string;
  readonly dash: string;
}

function levelOf(confidence: number): Level {
  if (confidence >= 0.95) return { color: "#15803d", dash: "" };
  if (confidence >= 0.8) return { color: "#b45309", dash: "10 5" };
  return { color: "#b91c1c", dash: "3 4" };
}

function frameOf({ box, confidence }: AnnotatedField): string {
  if (box === undefined) return "";
  const { color, dash } = levelOf(confidence);
  const [x, y, w, h] = [box.x0 - PADDING, box.y0 - PADDING, box.x1 - box.x0 + 2 * PADDING, box.y1 - box.y0 + 2 * PADDING];
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${color}" fill-opacity="0.10" stroke="${color}" stroke-width="3" stroke-dasharray="${dash}"/>`;
}

async function labelOf(field: AnnotatedField, page: { readonly width: number; readonly height: number }): Promise<OverlayOptions> {
  const { color } = levelOf(field.confidence);
  const text = `<span foreground="white" background="${color}"> ${escapeMarkup(field.name)} ${Math.round(field.confidence * 100)}% </span>`;
  const { data, info } = await sharp({ text: { text, fontfile: FONT_FILE, font: "Roboto Medium", rgba: true, dpi: LABEL_DPI } })
    .png()
    .toBuffer({ resolveWithObject: true });
  const above = (field.box?.y0 ?? 0) - PADDING - info.height;
  const top = above >= 0 ? above : (field.box?.y1 ?? 0) + PADDING;
  const left = Math.min(Math.max(0, (field.box?.x0 ?? 0) - PADDING), Math.max(0, page.width - info.width));
  return { input: data, left: Math.round(left), top: Math.round(Math.min(Math.max(0, top), Math.max(0, page.height - info.height))) };
}

function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
