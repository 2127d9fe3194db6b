import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import PDFDocument from "pdfkit";
import sharp from "sharp";
import { type Gray, inkOf, grayOf } from "./gray.ts";
import { openPdf } from "./pdf-document.ts";
import { resizeGray } from "./resize.ts";
import { type QuarterTurn, turnGray } from "./rotate.ts";

/** A word put on a sample page, left end and base line top in points (1/72 inch) from the top left of a letter page. */
export interface SampleText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
}

/** Text of a made-up letter with the kinds of tokens the reader must get right. */
export const SAMPLE_LETTER: readonly SampleText[] = [
  "Northfield Health Plan",
  "Notice of determination for the requested service",
  "The member and the prescriber receive this letter by facsimile",
  "Member ID: W382516740      Date of birth: 04/17/1968",
  "Authorization number: 5582310947",
  "Diagnosis code: M05.79      Procedure code: J1745",
  "The request for the drug was approved by the medical director",
  "Effective from 02/01/2026 through 01/31/2027",
  "Allowed amount: $1,284.50      Member share: $75.00",
  "Prescriber NPI: 1679576722      Telephone: 860-555-0142",
  "Please keep this page with the records of the patient",
  "Questions about this notice are answered on every business day",
].map((text, index) => ({ text, x: 60, y: 70 + index * 34, size: 12 }));

/** A one-page letter-size PDF of the texts, with embedded Arimo. */
export async function samplePdf(
  texts: readonly SampleText[],
  options: { readonly pages?: number; readonly password?: string } = {},
): Promise<Buffer> {
  const font = createRequire(import.meta.url).resolve("@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf");
  const document = new PDFDocument({
    size: "LETTER",
    margin: 0,
    autoFirstPage: false,
    ...(options.password === undefined ? {} : { userPassword: options.password }),
  });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => document.on("end", resolve));
  document.registerFont("arimo", await readFile(font));
  for (let page = 0; page < (options.pages ?? 1); page += 1) {
    document.addPage();
    for (const { text, x, y, size } of texts)
      document
        .font("arimo")
        .fontSize(size ?? 12)
        .text(text, x, y, { lineBreak: false });
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** The page drawn at 408 x 392 dots an inch, two-level: both fax densities are whole parts of it. */
export async function samplePage(texts: readonly SampleText[], dpi = { x: 204, y: 196 }): Promise<Gray> {
  const pdf = await openPdf(new Uint8Array(await samplePdf(texts)));
  const fine = pdf.render(0, 300);
  return grayOf(inkOf(resizeGray(fine, Math.round(8.5 * dpi.x), 11 * dpi.y)));
}

/** Multi-page Group 4 TIFF of two-level pictures with the densities in its tags. */
export async function sampleTiff(
  pages: readonly Gray[],
  dpi: { readonly x: number; readonly y: number },
  turn: QuarterTurn = 0,
): Promise<Buffer> {
  const width = Math.max(...pages.map((page) => turnGray(page, turn).width));
  const height = Math.max(...pages.map((page) => turnGray(page, turn).height));
  const rows = new Uint8Array(width * height * pages.length).fill(255);
  pages.forEach((page, index) => {
    const turned = turnGray(page, turn);
    for (let y = 0; y < turned.height; y += 1) {
      rows.set(turned.data.subarray(y * turned.width, (y + 1) * turned.width), (index * height + y) * width);
    }
  });
  return await sharp(rows, { raw: { width, height: height * pages.length, channels: 1, pageHeight: height } })
    .toColourspace("b-w")
    .tiff({ compression: "ccittfax4", bitdepth: 1, xres: dpi.x / 25.4, yres: dpi.y / 25.4, resolutionUnit: "inch" })
    .toBuffer();
}

/** The same picture turned about its center by some degrees, rows falling to the right when positive; two-level. */
export async function skewed(page: Gray, degrees: number): Promise<Gray> {
  const { data, info } = await sharp(page.data, { raw: { width: page.width, height: page.height, channels: 1 } })
    .rotate(degrees, { background: "#ffffff" })
    .toColourspace("b-w")
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return grayOf(inkOf({ width: info.width, height: info.height, data: new Uint8Array(data) }));
}
